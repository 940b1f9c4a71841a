// The views of a partition, made anew from its log beside the live ones.
#include <fmt/format.h>

#include <mutex>

#include "base/reason.h"
#include "partition/cluster_impl.h"
#include "partition/rebuild.h"

namespace guanxi::partition {
namespace {

constexpr size_t kSweepAccountsBeforeSwitch = 4096;

// What is due is told by the live views, which have told the rest.
absl::Status TellWhatIsDue(Writer& writer) {
  for (bool more = writer.clock() > writer.view()->swept_to; more;) {
    const auto swept = writer.SweepSlice(kSweepAccountsBeforeSwitch);
    if (!swept.ok()) return swept.status();
    if (const auto committed = writer.Commit(); !committed.ok()) return committed.status();
    more = *swept;
  }
  return absl::OkStatus();
}

// The rest, the comparison and the switch, between two commits: nothing moves meanwhile.
absl::StatusOr<RebuildReport> Finish(Rebuilder& rebuilder, Writer& writer, bool verify_only, const RebuildProgress& progress) {
  if (writer.is_lost()) return Refuse(Reason::STORE_FAILED, "the partition takes no writes");
  if (auto status = TellWhatIsDue(writer); !status.ok()) return status;
  if (auto status = rebuilder.CatchUp(*writer.view(), progress); !status.ok()) return status;
  auto compared = rebuilder.Compare(*writer.view());
  if (!compared.ok()) return compared;
  if (verify_only) {
    if (auto status = rebuilder.Drop(); !status.ok()) return status;
    return compared;
  }
  if (auto status = rebuilder.Switch(writer); !status.ok()) return status;
  if (auto status = writer.Reopen(); !status.ok()) return status;
  return compared;
}

}  // namespace

absl::StatusOr<RebuildReport> Cluster::Rebuild(PartitionId partition, bool verify_only, const RebuildProgress& progress) {
  Actor& actor = impl_->Of(partition);
  const std::unique_lock alone(actor.rebuild_mutex(), std::try_to_lock);
  if (!alone)
    return Refuse(Reason::OVERLOADED, fmt::format("partition {} is being rebuilt", partition.value), {{"retry_after_ms", "1000"}});
  Rebuilder rebuilder(actor.store(), actor.blocks(),
                      {calendar(), impl_->options.hot_accounts_max, impl_->options.account_cache_bytes / partitions(), false});
  if (auto status = rebuilder.Start(); !status.ok()) return status;
  for (ViewPtr view = actor.view(); rebuilder.position() < view->log_size; view = actor.view())
    if (auto status = rebuilder.CatchUp(*view, progress); !status.ok()) return status;
  absl::StatusOr<RebuildReport> report = Refuse(Reason::SHUTTING_DOWN, "the server is stopping");
  actor.RunBetweenCommits([&](Writer& writer) { report = Finish(rebuilder, writer, verify_only, progress); });
  return report;
}

}  // namespace guanxi::partition
