// guanxi events append|list|get|subscribe
#include <iostream>

#include "base/reason.h"
#include "codec/proto_time.h"
#include "guanxi/v1/event_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/event_filter.h"
#include "tools/guanxi/event_table.h"
#include "tools/guanxi/follow.h"
#include "tools/guanxi/new_event.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/wall_clock.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::EventService::Stub;

struct AppendArguments {
  std::string account, type, id, source = "urn:guanxi:cli", actor, on_behalf_of, correlation_id, causation_id;
  std::string data = "{}";
  std::optional<Timestamp> at;
  bool strict = false;
  std::optional<uint64_t> expected_version;
};

absl::StatusOr<guanxi::v1::AppendRequest> RequestOf(const AppendArguments& arguments) {
  guanxi::v1::AppendRequest request;
  auto& event = *request.add_events();
  event.set_id(arguments.id);
  event.set_source(arguments.source);
  event.set_account_id(arguments.account);
  event.set_actor(arguments.actor);
  event.set_on_behalf_of(arguments.on_behalf_of);
  event.set_correlation_id(arguments.correlation_id);
  event.set_causation_id(arguments.causation_id);
  *event.mutable_occurred_at() = codec::ToProto(arguments.at.value_or(WallClock()));
  const auto data = TextArgument(arguments.data);
  if (!data.ok()) return data.status();
  const absl::Status set = SetPayload(arguments.type, *data, event);
  if (!set.ok()) return set;
  if (arguments.strict) request.set_validation(guanxi::v1::VALIDATION_STRICT);
  if (arguments.expected_version) request.set_expected_version(*arguments.expected_version);
  return request;
}

std::string DescribeAppend(const guanxi::v1::AppendResponse& response) {
  std::string text;
  for (const auto& result : response.results()) {
    text += result.duplicate() ? "stored before at " : "appended at ";
    text += FormatPosition(result.position()) + ", account version " + std::to_string(result.account_version()) + "\n";
    for (const auto& anomaly : result.anomalies()) text += "  anomaly: " + Shown(anomaly) + "\n";
  }
  return text;
}

absl::Status RunAppend(Context& context, const AppendArguments& arguments) {
  const auto request = RequestOf(arguments);
  if (!request.ok()) return request.status();
  const auto answer = context.Ask(&Stub::Append, *request);
  const ReasonEntry* const reason = ReasonOf(answer.status());
  if (reason != nullptr && reason->reason == Reason::EVENT_ID_CONFLICT && !arguments.at)
    std::cerr << "note: without --at the event happened now, at another time than the stored one: give --at, or another --id\n";
  if (answer.ok() && request->events(0).has_raw())
    std::cerr << "note: " << Shown(arguments.type)
              << " is no type that is folded: the event is kept, counted and shown, and changes no state\n";
  return PrintAnswer(context, answer, DescribeAppend);
}

void AddAppend(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<AppendArguments>();
  CLI::App* command = noun->add_subcommand("append", "Append one event; the same again, with the same --id and --at, is harmless");
  command->add_option("--account", arguments->account, "Account id")->required();
  command->add_option("--type", arguments->type, "OrderPlaced, VisitHeld, ...; any other type is kept and counted")->required();
  command->add_option("--id", arguments->id, "Id of the event, unique within its source")->required();
  command->add_option("--source", arguments->source, "Who says so")->capture_default_str();
  AddTime(command, "--at", arguments->at,
          "When it happened. Default: now, so that the same command again is another event under the same id: a conflict");
  command->add_option("--data", arguments->data, "The data as JSON; @FILE or - reads them")->capture_default_str();
  command->add_option("--actor", arguments->actor, "Who did it (an id)");
  command->add_option("--on-behalf-of", arguments->on_behalf_of, "For whom (an id)");
  command->add_option("--correlation-id", arguments->correlation_id, "The business process");
  command->add_option("--causation-id", arguments->causation_id, "The event that caused this one");
  command->add_flag("--strict", arguments->strict, "Refuse what contradicts the account's state; keep nothing");
  command->add_option("--expected-version", arguments->expected_version, "Account version it must be at; 0: without events");
  OnRun(command, context, arguments,
        "guanxi events append --account ACME --type OrderPlaced --id o-1 --source /erp --at 2024-03-01T09:30:00Z \\\n"
        "    --data '{\"orderId\":\"o-1\",\"currencyCode\":\"CNY\",\"lines\":[{\"product\":\"pump\",\"quantityMicros\":\"6000000\","
        "\"unitPriceMicros\":\"2550000\"}]}'",
        RunAppend);
}

struct ListArguments {
  FilterArguments filter;
  PageArguments page;
  bool descending = false;
};

absl::Status RunList(Context& context, const ListArguments& arguments) {
  guanxi::v1::ListEventsRequest request;
  *request.mutable_filter() = FilterOf(arguments.filter);
  SetPage(request, arguments.page);
  request.set_descending(arguments.descending);
  return PrintPage(
      context, context.Ask(&Stub::ListEvents, request), [](const auto& page) { return page.events(); },
      [](const auto& page) { return EventTable(page.events()) + MoreLine(page.next_page_token()); });
}

void AddList(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<ListArguments>();
  CLI::App* command = noun->add_subcommand("list", "Events in log order, or of one account in business order");
  command->add_option("--account", arguments->filter.account, "Only this account");
  AddFilter(command, arguments->filter);
  command->add_flag("--descending", arguments->descending, "Newest first; only with --account");
  AddPage(command, arguments->page);
  OnRun(command, context, arguments, "guanxi events list --account ACME --type OrderPlaced --from 2024-01-01", RunList);
}

struct GetArguments {
  std::optional<guanxi::v1::LogPosition> position;
  std::string account, source, id;
};

absl::Status RunGet(Context& context, const GetArguments& arguments) {
  guanxi::v1::GetEventRequest request;
  if (arguments.position) {
    *request.mutable_position() = *arguments.position;
  } else {
    request.mutable_key()->set_account_id(arguments.account);
    request.mutable_key()->set_source(arguments.source);
    request.mutable_key()->set_id(arguments.id);
  }
  const auto answer = context.Ask(&Stub::GetEvent, request);
  if (!answer.ok()) return answer.status();
  if (context.output != Output::kTable) return PrintJson(context, *answer);
  // One event is read as a whole: JSON shows all of it.
  const auto json = JsonOf(answer->event(), true);
  if (json.ok()) Print(*json + "\n");
  return json.status();
}

void AddGet(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<GetArguments>();
  CLI::App* command = noun->add_subcommand("get", "One event, by position or by account, source and id");
  auto* position = AddParsed(command, "POSITION", arguments->position, "partition:position", "a position such as 2:1234", ParsePosition);
  auto* account = command->add_option("--account", arguments->account, "Account id")->excludes(position);
  auto* source = command->add_option("--source", arguments->source, "Source of the event")->needs(account);
  auto* id = command->add_option("--id", arguments->id, "Id of the event")->needs(account);
  account->needs(source)->needs(id);
  command->require_option(1, 0);
  OnRun(command, context, arguments, "guanxi events get 2:1234\n  guanxi events get --account ACME --source /erp --id o-1", RunGet);
}

struct SubscribeArguments {
  FilterArguments filter;
  FollowArguments follow;
};

absl::Status RunSubscribe(Context& context, const SubscribeArguments& arguments) {
  guanxi::v1::SubscribeRequest request;
  *request.mutable_filter() = FilterOf(arguments.filter);
  return FollowRows(
      context, &Stub::Subscribe, request, arguments.follow, [](const auto& message) { return message.events(); }, EventLine);
}

void AddSubscribe(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<SubscribeArguments>();
  CLI::App* command = noun->add_subcommand("subscribe", "Events as they are committed, until interrupted; json prints the checkpoints too");
  command->add_option("--account", arguments->filter.account, "Only this account");
  AddFilter(command, arguments->filter);
  AddFollow(command, arguments->follow, "events");
  OnRun(command, context, arguments, "guanxi --output jsonl events subscribe --from-beginning --type OrderPlaced", RunSubscribe);
}

}  // namespace

void AddEvents(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("events", "Append events, read them, follow them");
  noun->require_subcommand(1);
  AddAppend(noun, context);
  AddList(noun, context);
  AddGet(noun, context);
  AddSubscribe(noun, context);
}

}  // namespace guanxi::cli
