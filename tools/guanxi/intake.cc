#include "tools/guanxi/intake.h"

#include <algorithm>

#include "codec/proto_time.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "tools/guanxi/append_sink.h"
#include "tools/guanxi/table.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

constexpr int kFailuresShown = 20;
// History that ends longer ago than this has lost some of its months.
constexpr int64_t kStaleMicros = 31 * kMicrosPerDay;

// Where the clock stands then: later than asked for when it was there already.
absl::StatusOr<Timestamp> AdvanceClock(Context& context, const std::string& actor, Timestamp to) {
  guanxi::v1::AdvanceClockRequest request;
  *request.mutable_to() = codec::ToProto(to);
  request.set_actor(actor);
  const auto answer = context.Ask(&guanxi::v1::AdminService::Stub::AdvanceClock, request, kClockSeconds);
  if (!answer.ok()) return answer.status();
  return codec::FromProto(answer->read_at().valid_to());
}

std::string DescribeClock(Timestamp clock, Timestamp newest) {
  std::string text = "the business clock stands at " + FormatTimestamp(clock);
  const int64_t after = clock.micros - newest.micros;
  if (after <= kStaleMicros) return text + "\n";
  return text + ", " + FormatCount(static_cast<uint64_t>(after / kMicrosPerDay)) + " days after the newest event:\n" +
         "  accounts are shown as of the clock, and what happened long before counts for little by then. See them as they were with\n" +
         "    guanxi account show ACCOUNT --as-of " + FormatTimestamp(newest) + "\n" +
         "  or import history into a server of its own, whose clock stays at the newest event: guanxid --clock events --data DIR\n";
}

}  // namespace

void AddIntake(CLI::App* command, IntakeArguments& intake) {
  command->add_option("--batch", intake.batch, "Events per message to the server")->capture_default_str()->check(CLI::Range(1, 1000));
  command->add_flag("--keep-clock", intake.keep_clock, "Do not advance the business clock to the newest event at the end");
}

absl::StatusOr<IntakeOutcome> TakeIn(Context& context, const IntakeArguments& intake, const std::string& actor, Progress& progress,
                                     const std::function<absl::Status(importers::EventSink&)>& fill,
                                     const std::function<std::optional<Timestamp>()>& clock) {
  PolicyTransfer policies(context, actor);
  AppendSink sink(context, intake.batch, intake.adopt_policies ? &policies : nullptr);
  const absl::Status filled = fill(sink);
  // What was sent before a damaged file's damage is acknowledged and counted too.
  progress.Show("all is sent, and not all acknowledged");
  auto response = sink.Finish();
  if (!filled.ok()) return filled;
  if (!response.ok()) return response.status();
  IntakeOutcome outcome{.response = *std::move(response)};
  outcome.newest = std::max(sink.newest().Accepted(outcome.response), clock());
  if (intake.keep_clock || !outcome.newest) return outcome;
  progress.Show("advancing the business clock to " + FormatTimestamp(*outcome.newest));
  const auto moved = AdvanceClock(context, actor, *outcome.newest);
  outcome.clock_moved = moved.status();
  if (moved.ok()) outcome.clock = *moved;
  return outcome;
}

std::string DescribeOutcome(const IntakeOutcome& outcome) {
  const auto& response = outcome.response;
  Table table({{"events"}, {"", Align::kRight}});
  table.AddRow({"  appended", FormatCount(response.appended())});
  table.AddRow({"  duplicates, stored before", FormatCount(response.duplicates())});
  table.AddRow({"  parked, kept for repair", FormatCount(response.parked())});
  table.AddRow({"  refused", FormatCount(response.refused())});
  if (outcome.clock) return table.Render() + DescribeClock(*outcome.clock, *outcome.newest);
  if (outcome.clock_moved.ok()) return table.Render();
  return table.Render() + "the business clock was not advanced to " + FormatTimestamp(*outcome.newest) + "\n";
}

absl::Status RefusalOf(const IntakeOutcome& outcome) {
  const uint64_t refused = outcome.response.refused();
  return refused == 0 ? outcome.clock_moved : absl::FailedPreconditionError(FormatCount(refused) + " events were refused");
}

std::string DescribeFailures(const guanxi::v1::AppendStreamResponse& response) {
  std::string text;
  for (int i = 0; i < std::min(response.failures_size(), kFailuresShown); ++i) {
    const auto& failure = response.failures(i);
    text += "  event " + failure.id() + " of " + failure.account_id() + " (" + failure.source() + "): " + failure.reason() + ": " +
            failure.message();
    text += failure.has_parked_at() ? ", parked at " + FormatPosition(failure.parked_at()) : ", refused";
    text += "\n";
  }
  if (response.failures_size() > kFailuresShown) text += "  ... (--output json names up to 1,000)\n";
  return text;
}

}  // namespace guanxi::cli
