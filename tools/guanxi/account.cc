// guanxi account show|list|why|timeline|watch
#include "codec/proto_time.h"
#include "guanxi/v1/account_service.grpc.pb.h"
#include "tools/guanxi/account_text.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/event_filter.h"
#include "tools/guanxi/event_table.h"
#include "tools/guanxi/follow.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::AccountService::Stub;

struct SelectArguments {
  std::string account;
  std::optional<guanxi::v1::ExternalId> external;
};

void AddSelect(CLI::App* command, SelectArguments& select) {
  // No option group: CLI11 does not look into one for what may follow `--`, as an id that begins with - must.
  auto* account = command->add_option("ACCOUNT", select.account, "Account id");
  auto* external = AddParsed(command, "--external", select.external, "By an id of another system", "SYSTEM:ID", ParseExternalId)
                       ->type_name("SYSTEM:ID")
                       ->excludes(account);
  command->parse_complete_callback([account, external] {
    if (account->count() + external->count() == 0) throw CLI::RequiredError("ACCOUNT or --external");
  });
}

guanxi::v1::AccountSelector SelectorOf(const SelectArguments& select) {
  guanxi::v1::AccountSelector selector;
  if (select.external)
    *selector.mutable_external_id() = *select.external;
  else
    selector.set_account_id(select.account);
  return selector;
}

struct ReadArguments {
  SelectArguments select;
  std::optional<PositionOrTime> known;
  std::optional<Timestamp> valid;
};

void AddRead(CLI::App* command, ReadArguments& read) {
  AddSelect(command, read.select);
  AddParsed(command, "--as-of-known", read.known, "As it was known: up to a position or a time of recording",
            "a position such as 2:1234 or a time such as 2024-03-01", ParsePositionOrTime)
      ->type_name("POSITION|TIME");
  AddTime(command, "--as-of,--as-of-valid", read.valid, "As it was at this business time");
}

guanxi::v1::Consistency ConsistencyOf(const ReadArguments& read) {
  guanxi::v1::Consistency consistency;
  if (read.valid) *consistency.mutable_as_of()->mutable_valid_to() = codec::ToProto(*read.valid);
  if (!read.known) return consistency;
  if (const auto* time = std::get_if<Timestamp>(&*read.known))
    *consistency.mutable_as_of()->mutable_known_to_time() = codec::ToProto(*time);
  else
    *consistency.mutable_as_of()->mutable_known_to_position() = std::get<guanxi::v1::LogPosition>(*read.known);
  return consistency;
}

absl::Status RunShow(Context& context, const ReadArguments& arguments) {
  guanxi::v1::GetAccountRequest request;
  *request.mutable_account() = SelectorOf(arguments.select);
  *request.mutable_consistency() = ConsistencyOf(arguments);
  return PrintAnswer(context, context.Ask(&Stub::GetAccount, request),
                     [](const auto& answer) { return DescribeAccount(answer.account(), answer.read_at()); });
}

absl::Status RunWhy(Context& context, const ReadArguments& arguments) {
  guanxi::v1::ExplainAccountRequest request;
  *request.mutable_account() = SelectorOf(arguments.select);
  *request.mutable_consistency() = ConsistencyOf(arguments);
  return PrintAnswer(context, context.Ask(&Stub::ExplainAccount, request), DescribeWhy);
}

void AddShowAndWhy(CLI::App* noun, Context& context) {
  auto show = std::make_shared<ReadArguments>();
  CLI::App* command = noun->add_subcommand("show", "The state of one account, now or as of any time");
  AddRead(command, *show);
  OnRun(command, context, show, "guanxi account show ACME\n  guanxi account show ACME --as-of-valid 2024-06-30 --as-of-known 2:1234",
        RunShow);
  auto why = std::make_shared<ReadArguments>();
  command = noun->add_subcommand("why", "Why the account is in its tier, by events, and what is missing for the next");
  AddRead(command, *why);
  OnRun(command, context, why, "guanxi account why ACME\n  guanxi account why --external crm:4711", RunWhy);
}

struct ListArguments {
  std::optional<guanxi::event::v1::Tier> tier;
  std::optional<guanxi::event::v1::AccountType> type;
  std::string owner, group, order;
  bool key_accounts = false;
  PageArguments page;
};

absl::Status RunList(Context& context, const ListArguments& arguments) {
  guanxi::v1::ListAccountsRequest request;
  auto& filter = *request.mutable_filter();
  if (arguments.tier) filter.set_tier(*arguments.tier);
  if (arguments.type) filter.set_account_type(*arguments.type);
  filter.set_owner(arguments.owner);
  filter.set_group_account_id(arguments.group);
  if (arguments.key_accounts) filter.set_key_account(true);
  if (arguments.order == "revenue") request.set_order(guanxi::v1::ACCOUNT_ORDER_REVENUE);
  if (arguments.order == "tier") request.set_order(guanxi::v1::ACCOUNT_ORDER_TIER);
  SetPage(request, arguments.page);
  return PrintPage(
      context, context.Ask(&Stub::ListAccounts, request), [](const auto& page) { return page.accounts(); },
      [](const auto& page) { return DescribeAccounts(page.accounts()) + MoreLine(page.next_page_token()); });
}

void AddList(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* command = noun->add_subcommand("list", "Accounts by tier, type, owner or group, in pages");
  AddParsed(command, "--tier", arguments->tier, "Only this computed tier", "a tier (ORDINARY, PREFERRED, PARTNER, STRATEGIC)", ParseTier)
      ->type_name("TIER");
  AddParsed(command, "--type", arguments->type, "Only accounts of this type",
            "an account type (REGIONAL_AGENT, CORE_CUSTOMER, LARGE_INDUSTRIAL, GROUP)", ParseAccountType)
      ->type_name("TYPE");
  command->add_option("--owner", arguments->owner, "Only of this owner");
  command->add_option("--group", arguments->group, "Only of this group account");
  command->add_flag("--key-accounts", arguments->key_accounts, "Only designated key accounts");
  command->add_option("--order", arguments->order, "Default: id")->check(CLI::IsMember({"id", "revenue", "tier"}));
  AddPage(command, arguments->page);
  OnRun(command, context, arguments, "guanxi account list --tier PARTNER --order revenue", RunList);
}

struct TimelineArguments {
  ReadArguments read;
  FilterArguments filter;
  PageArguments page;
  bool descending = false;
};

absl::Status RunTimeline(Context& context, const TimelineArguments& arguments) {
  guanxi::v1::ListTimelineRequest request;
  *request.mutable_account() = SelectorOf(arguments.read.select);
  *request.mutable_consistency() = ConsistencyOf(arguments.read);
  *request.mutable_filter() = FilterOf(arguments.filter);
  SetPage(request, arguments.page);
  request.set_descending(arguments.descending);
  return PrintPage(
      context, context.Ask(&Stub::ListTimeline, request), [](const auto& page) { return page.events(); },
      [](const auto& page) { return EventTable(page.events()) + MoreLine(page.next_page_token()); });
}

void AddTimeline(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<TimelineArguments>();
  CLI::App* command = noun->add_subcommand("timeline", "Everything that happened with the account, in business order");
  AddRead(command, arguments->read);
  AddFilter(command, arguments->filter);
  command->add_flag("--descending", arguments->descending, "Newest first");
  AddPage(command, arguments->page);
  OnRun(command, context, arguments,
        "guanxi account timeline ACME --descending --page-size 20\n  guanxi account timeline ACME --as-of-known 2024-06-30", RunTimeline);
}

struct WatchArguments {
  std::string account;
  FollowArguments follow;
};

absl::Status RunWatch(Context& context, const WatchArguments& arguments) {
  guanxi::v1::WatchTierChangesRequest request;
  request.set_account_id(arguments.account);
  return FollowRows(
      context, &Stub::WatchTierChanges, request, arguments.follow, [](const auto& message) { return message.changes(); }, DescribeChange);
}

void AddWatch(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<WatchArguments>();
  CLI::App* command =
      noun->add_subcommand("watch", "Tier changes as they are computed, until interrupted; json prints the checkpoints too");
  command->add_option("ACCOUNT", arguments->account, "Only this account");
  AddFollow(command, arguments->follow, "changes");
  OnRun(command, context, arguments, "guanxi account watch --from-beginning", RunWatch);
}

}  // namespace

void AddAccount(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("account", "What is so with an account, since when and why");
  noun->require_subcommand(1);
  AddShowAndWhy(noun, context);
  AddList(noun, context);
  AddTimeline(noun, context);
  AddWatch(noun, context);
}

}  // namespace guanxi::cli
