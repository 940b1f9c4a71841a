// guanxi export
#include <cstdio>

#include "guanxi/event/v1/control.pb.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxi/v1/event_service.grpc.pb.h"
#include "tools/guanxi/cloud_event_line.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/event_filter.h"
#include "tools/guanxi/output_file.h"
#include "tools/guanxi/progress.h"

namespace guanxi::cli {
namespace {

constexpr int32_t kPageSize = 1000;

struct ExportArguments {
  FilterArguments filter;
  std::string out = "-";
};

bool IsWhole(const FilterArguments& filter) {
  return filter.account.empty() && filter.types.empty() && !filter.from && !filter.to && !filter.control;
}

// The adopted policies, once each: every partition has them all.
absl::Status WritePolicies(Context& context, OutputFile& file) {
  guanxi::v1::ListEventsRequest request;
  request.mutable_filter()->add_types("PolicyAdopted");
  request.mutable_filter()->set_include_control(true);
  do {
    const auto page = context.Ask(&guanxi::v1::EventService::Stub::ListEvents, request);
    if (!page.ok()) return page.status();
    for (const auto& event : page->events()) {
      if (event.position().partition() > 0) return absl::OkStatus();
      if (absl::Status done = file.WriteLine(CloudEventLine(event)); !done.ok()) return done;
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

// Where the slowest partition's clock stands: whoever takes the file in lets time pass as far.
absl::Status WriteClock(Context& context, OutputFile& file) {
  const auto answer = context.Ask(&guanxi::v1::AdminService::Stub::ListPartitions, guanxi::v1::ListPartitionsRequest::default_instance());
  if (!answer.ok()) return answer.status();
  const auto& clock = answer->read_at().valid_to();
  if (codec::FromProto(clock) <= kEarliestTimestamp) return absl::OkStatus();
  guanxi::event::v1::ClockAdvanced advanced;
  *advanced.mutable_to() = clock;
  guanxi::v1::Event event;
  event.set_id("clock-" + FormatTimestamp(codec::FromProto(clock)));
  event.set_source("urn:guanxi:export");
  event.set_type("guanxi.event.v1.ClockAdvanced");
  *event.mutable_occurred_at() = *event.mutable_recorded_at() = clock;
  event.mutable_data()->PackFrom(advanced);
  return file.WriteLine(CloudEventLine(event));
}

// Pages of ListEvents until the end; the number of events.
absl::StatusOr<uint64_t> WriteEvents(Context& context, const FilterArguments& filter, OutputFile& file) {
  Progress progress;
  guanxi::v1::ListEventsRequest request;
  *request.mutable_filter() = FilterOf(filter);
  request.set_page_size(kPageSize);
  uint64_t written = 0;
  do {
    const auto page = context.Ask(&guanxi::v1::EventService::Stub::ListEvents, request);
    if (!page.ok()) return page.status();
    for (const auto& event : page->events()) {
      const absl::Status done = file.WriteLine(CloudEventLine(event));
      if (!done.ok()) return done;
      ++written;
    }
    progress.Show("exported " + FormatCount(written) + " events");
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return written;
}

absl::Status RunExport(Context& context, const ExportArguments& arguments) {
  auto file = OutputFile::Open(arguments.out);
  if (!file.ok()) return file.status();
  // First, so that whoever takes the file in has them before the events they rule.
  if (IsWhole(arguments.filter))
    if (absl::Status policies = WritePolicies(context, *file); !policies.ok()) return policies;
  const auto written = WriteEvents(context, arguments.filter, *file);
  if (!written.ok()) return written.status();
  if (IsWhole(arguments.filter))
    if (absl::Status clock = WriteClock(context, *file); !clock.ok()) return clock;
  const absl::Status closed = file->Close();
  if (closed.ok()) std::fprintf(stderr, "exported %s events\n", FormatCount(*written).c_str());
  return closed;
}

}  // namespace

void AddExport(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand(
      "export",
      "All events as CloudEvents in JSON, one per line, after the adopted policies and before the clock; holds the personal "
      "data that are not erased: keep it accordingly");
  command->add_option("--out", arguments->out, "File, written whole or not at all; -: stdout")->capture_default_str();
  command->add_option("--account", arguments->filter.account, "Only this account");
  AddFilter(command, arguments->filter);
  OnRun(command, context, arguments, "guanxi export --out events.jsonl", RunExport);
}

}  // namespace guanxi::cli
