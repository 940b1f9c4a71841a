// guanxi parked list|retry|dismiss
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/event_table.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::AdminService::Stub;

struct ListArguments {
  std::string account;
  PageArguments page;
};

absl::Status RunList(Context& context, const ListArguments& arguments) {
  guanxi::v1::ListParkedEventsRequest request;
  request.set_account_id(arguments.account);
  SetPage(request, arguments.page);
  return PrintPage(
      context, context.Ask(&Stub::ListParkedEvents, request), [](const auto& page) { return page.events(); },
      [](const auto& page) { return EventTable(page.events()) + MoreLine(page.next_page_token()); });
}

struct DecideArguments {
  guanxi::v1::LogPosition position;
  std::string actor, reason;
};

template <class Request>
Request RequestOf(const DecideArguments& arguments) {
  Request request;
  *request.mutable_position() = arguments.position;
  request.set_actor(arguments.actor);
  request.set_reason(arguments.reason);
  return request;
}

absl::Status RunRetry(Context& context, const DecideArguments& arguments) {
  const auto request = RequestOf<guanxi::v1::RetryParkedEventRequest>(arguments);
  return PrintAnswer(context, context.Ask(&Stub::RetryParkedEvent, request), [](const auto& answer) {
    return "folded now, by the repair record at " + FormatPosition(answer.result().position()) + "\n";
  });
}

absl::Status RunDismiss(Context& context, const DecideArguments& arguments) {
  const auto request = RequestOf<guanxi::v1::DismissParkedEventRequest>(arguments);
  return PrintAnswer(context, context.Ask(&Stub::DismissParkedEvent, request), [](const auto& answer) {
    return "dismissed by the record at " + FormatPosition(answer.position()) + "; it stays in the log\n";
  });
}

using RunDecision = absl::Status (*)(Context&, const DecideArguments&);

void AddDecision(CLI::App* noun, Context& context, const char* name, const char* description, const char* example, RunDecision run) {
  auto arguments = std::make_shared<DecideArguments>();
  CLI::App* command = noun->add_subcommand(name, description);
  AddPosition(command, "POSITION", arguments->position, "partition:position, as `parked list` shows it")->required();
  command->add_option("--actor", arguments->actor, "Who decided")->required();
  command->add_option("--reason", arguments->reason, "Why")->required();
  OnRun(command, context, arguments, example, run);
}

}  // namespace

void AddParked(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("parked", "Events that were kept but not folded, for repair");
  noun->require_subcommand(1);
  auto list = std::make_shared<ListArguments>();
  CLI::App* command = noun->add_subcommand("list", "What waits, oldest first, with its reason");
  command->add_option("--account", list->account, "Only this account");
  AddPage(command, list->page);
  OnRun(command, context, list, "guanxi parked list", RunList);
  AddDecision(noun, context, "retry", "Check again and fold at its business time if it passes now",
              "guanxi parked retry 2:1234 --actor lin --reason 'the time has come'", RunRetry);
  AddDecision(noun, context, "dismiss", "Never fold it; it stays in the log",
              "guanxi parked dismiss 2:1234 --actor lin --reason 'a test by the producer'", RunDismiss);
}

}  // namespace guanxi::cli
