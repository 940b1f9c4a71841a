// guanxi export
#include <cstdio>

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
  const absl::Status closed = file->Close();
  if (closed.ok()) std::fprintf(stderr, "exported %s events\n", FormatCount(*written).c_str());
  return closed;
}

}  // namespace

void AddExport(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = app.add_subcommand("export",
                                         "All events as CloudEvents in JSON, one per line, after the adopted policies; holds the personal "
                                         "data that are not erased: keep it accordingly");
  command->add_option("--out", arguments->out, "File, written whole or not at all; -: stdout")->capture_default_str();
  command->add_option("--account", arguments->filter.account, "Only this account");
  AddFilter(command, arguments->filter);
  OnRun(command, context, arguments, "guanxi export --out events.jsonl", RunExport);
}

}  // namespace guanxi::cli
