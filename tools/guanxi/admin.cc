// guanxi admin partitions|rebuild|clock
#include <cstdio>

#include "codec/proto_time.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/progress.h"
#include "tools/guanxi/wall_clock.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::AdminService::Stub;

struct NoArguments {};

std::string DescribePartitions(const guanxi::v1::ListPartitionsResponse& answer) {
  Table table({{"partition", Align::kRight},
               {"records", Align::kRight},
               {"accounts", Align::kRight},
               {"clock"},
               {"swept to"},
               {"parked", Align::kRight},
               {"unknown", Align::kRight},
               {"outbox", Align::kRight},
               {"queue", Align::kRight},
               {"writes"}});
  for (const auto& partition : answer.partitions())
    table.AddRow({std::to_string(partition.partition()), FormatCount(partition.log_size()), FormatCount(partition.accounts()),
                  FormatTime(partition.clock()), FormatTime(partition.swept_to()), FormatCount(partition.open_parked_events()),
                  FormatCount(partition.unknown_events()), FormatCount(partition.outbox_pending()), FormatCount(partition.queue_length()),
                  partition.accepts_writes() ? "yes" : "NO"});
  return table.Render() + "control epoch " + std::to_string(answer.control_epoch()) + ", log epoch " + Shown(answer.log_epoch()) + "\n";
}

absl::Status RunPartitions(Context& context, const NoArguments&) {
  return PrintPage(
      context, context.Ask(&Stub::ListPartitions, guanxi::v1::ListPartitionsRequest()),
      [](const auto& answer) { return answer.partitions(); }, DescribePartitions);
}

struct RebuildArguments {
  std::optional<uint32_t> partition;
  bool verify_only = false;
};

absl::Status RunRebuild(Context& context, const RebuildArguments& arguments) {
  guanxi::v1::RebuildViewsRequest request;
  if (arguments.partition) request.set_partition(*arguments.partition);
  request.set_verify_only(arguments.verify_only);
  Progress progress;
  uint64_t different = 0;
  const auto take = [&](const guanxi::v1::RebuildViewsResponse& message) -> absl::Status {
    different += message.rows_different();
    if (context.output != Output::kTable) return PrintJson(context, message);
    const std::string partition = "partition " + std::to_string(message.partition()) + ": ";
    if (message.finished())
      Print(partition + FormatCount(message.records_done()) + " records folded, " + FormatCount(message.rows_compared()) +
            " rows compared, " + FormatCount(message.rows_different()) + " different\n");
    else
      progress.Show(partition + FormatCount(message.records_done()) + " of " + FormatCount(message.records_total()));
    return absl::OkStatus();
  };
  const absl::Status status = context.Follow(&Stub::RebuildViews, request, take);
  if (!status.ok() || different == 0 || !arguments.verify_only) return status;
  return absl::DataLossError(std::to_string(different) +
                             " rows of the live views differ from what the log says; `admin rebuild` switches to new ones");
}

struct ClockArguments {
  std::optional<Timestamp> to;
  std::string actor;
  bool ahead = false;
};

absl::Status RunClock(Context& context, const ClockArguments& arguments) {
  if (*arguments.to > WallClock() && !arguments.ahead)
    return Misused(FormatTimestamp(*arguments.to) + " has not come yet",
                   "A clock never goes back. On a server with --clock events --ahead sets it nevertheless: accounts are then as they would "
                   "be by that time.");
  guanxi::v1::AdvanceClockRequest request;
  *request.mutable_to() = codec::ToProto(*arguments.to);
  request.set_actor(arguments.actor);
  return PrintAnswer(context, context.Ask(&Stub::AdvanceClock, request, kClockSeconds),
                     [](const auto& answer) { return "the clock stands at " + FormatTime(answer.read_at().valid_to()) + "\n"; });
}

}  // namespace

void AddAdmin(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("admin", "For operators; what changes something is recorded");
  noun->require_subcommand(1);
  CLI::App* command = noun->add_subcommand("partitions", "Size, clock and health of every partition");
  OnRun(command, context, std::make_shared<NoArguments>(), "guanxi admin partitions", RunPartitions);

  auto rebuild = std::make_shared<RebuildArguments>();
  command = noun->add_subcommand("rebuild", "Build the views anew from the log, compare, switch");
  command->add_option("--partition", rebuild->partition, "Only this one");
  command->add_flag("--verify-only", rebuild->verify_only, "Compare only; exit 1 when a row differs");
  OnRun(command, context, rebuild, "guanxi admin rebuild --verify-only", RunRebuild);

  auto clock = std::make_shared<ClockArguments>();
  command = noun->add_subcommand("clock", "Say that nothing before this time is expected any more");
  AddTime(command, "--to", clock->to, "Business time")->required();
  command->add_option("--actor", clock->actor, "Who says so")->required();
  command->add_flag("--ahead", clock->ahead, "The time may lie in the future; takes a server with --clock events");
  OnRun(command, context, clock, "guanxi admin clock --to 2024-12-31T23:59:59Z --actor lin", RunClock);
}

}  // namespace guanxi::cli
