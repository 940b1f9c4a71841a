// guanxi parked list|retry|dismiss
#include <cstdio>
#include <optional>
#include <vector>

#include "guanxi/v1/admin_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/event_table.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/table.h"

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
  std::optional<guanxi::v1::LogPosition> position;
  // Instead of it: everything parked that has these, where they are given.
  bool all = false;
  std::string account, source, because;
  std::string actor, reason;
};

template <class Request>
Request RequestOf(const DecideArguments& arguments, const guanxi::v1::LogPosition& position) {
  Request request;
  *request.mutable_position() = position;
  request.set_actor(arguments.actor);
  request.set_reason(arguments.reason);
  return request;
}

absl::Status RetryOne(Context& context, const DecideArguments& arguments, const guanxi::v1::LogPosition& position) {
  const auto request = RequestOf<guanxi::v1::RetryParkedEventRequest>(arguments, position);
  return PrintAnswer(context, context.Ask(&Stub::RetryParkedEvent, request), [&](const auto& answer) {
    return FormatPosition(position) + " folded now, by the repair record at " + FormatPosition(answer.result().position()) + "\n";
  });
}

absl::Status DismissOne(Context& context, const DecideArguments& arguments, const guanxi::v1::LogPosition& position) {
  const auto request = RequestOf<guanxi::v1::DismissParkedEventRequest>(arguments, position);
  return PrintAnswer(context, context.Ask(&Stub::DismissParkedEvent, request), [&](const auto& answer) {
    return FormatPosition(position) + " dismissed by the record at " + FormatPosition(answer.position()) + "; it stays in the log\n";
  });
}

using Decide = absl::Status (*)(Context&, const DecideArguments&, const guanxi::v1::LogPosition&);

absl::StatusOr<std::vector<guanxi::v1::LogPosition>> AllParked(Context& context, const DecideArguments& arguments) {
  std::vector<guanxi::v1::LogPosition> positions;
  guanxi::v1::ListParkedEventsRequest request;
  request.set_account_id(arguments.account);
  do {
    const auto page = context.Ask(&Stub::ListParkedEvents, request);
    if (!page.ok()) return page.status();
    for (const auto& event : page->events())
      if ((arguments.source.empty() || event.source() == arguments.source) &&
          (arguments.because.empty() || event.parked_reason() == arguments.because))
        positions.push_back(event.position());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return positions;
}

// What is refused for one stops nothing; a server that cannot be reached does.
absl::Status DecideAll(Context& context, const DecideArguments& arguments, Decide decide) {
  const auto positions = AllParked(context, arguments);
  if (!positions.ok()) return positions.status();
  if (positions->empty()) {
    // In JSON an answer for each that was decided: none.
    std::fputs("nothing that is parked has that\n", context.output == Output::kTable ? stdout : stderr);
    return absl::OkStatus();
  }
  size_t refused = 0;
  for (const auto& position : *positions) {
    const absl::Status status = decide(context, arguments, position);
    if (status.ok()) continue;
    if (ExitCodeOf(status) != kExitRefused) return status;
    ++refused;
    std::fprintf(stderr, "%s stays parked: %s\n", FormatPosition(position).c_str(), Shown(std::string(status.message())).c_str());
  }
  if (refused == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(FormatCount(refused) + " of " + FormatCount(positions->size()) +
                                       " events stay parked: send what is right instead, then dismiss them");
}

void AddDecision(CLI::App* noun, Context& context, const char* name, const char* description, const char* example, Decide decide) {
  auto arguments = std::make_shared<DecideArguments>();
  CLI::App* command = noun->add_subcommand(name, description);
  auto* position = AddPosition(command, "POSITION", arguments->position, "partition:position, as `parked list` shows it");
  auto* all = command->add_flag("--all", arguments->all, "Every parked event that has what is given of the next three")->excludes(position);
  command->add_option("--account", arguments->account, "Of this account")->needs(all);
  command->add_option("--source", arguments->source, "From this source")->needs(all);
  command->add_option("--because", arguments->because, "Parked for this reason, such as OCCURRED_IN_FUTURE")
      ->needs(all)
      ->check([](const std::string& name) { return ReasonNamed(name) ? "" : name + " is no reason: docs/errors.md has them all"; });
  command->add_option("--actor", arguments->actor, "Who decided")->required();
  command->add_option("--reason", arguments->reason, "Why")->required();
  command->parse_complete_callback([position, all] {
    if (position->count() + all->count() == 0) throw CLI::RequiredError("POSITION or --all");
  });
  OnRun(command, context, arguments, example, [decide](Context& asked, const DecideArguments& given) {
    return given.all ? DecideAll(asked, given, decide) : decide(asked, given, *given.position);
  });
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
              "guanxi parked retry 2:1234 --actor lin --reason 'the time has come'", RetryOne);
  AddDecision(noun, context, "dismiss", "Never fold it; it stays in the log",
              "guanxi parked dismiss --all --because OCCURRED_IN_FUTURE --source urn:shop --actor lin --reason 'a test by the producer'",
              DismissOne);
}

}  // namespace guanxi::cli
