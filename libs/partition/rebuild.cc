#include "partition/rebuild.h"

#include <algorithm>
#include <utility>

#include "partition/fold_log.h"
#include "partition/keys.h"

namespace guanxi::partition {
namespace {

// Nobody reads what is being built: an account's row and its indexes are written once in so many records.
constexpr uint64_t kRecordsPerStretch = 32'768;
constexpr size_t kSweepAccounts = 1024;
constexpr size_t kRunBytes = 64u << 20;
constexpr Table kNotCompared[] = {Table::kOutbox, Table::kTold, Table::kState};

bool IsCompared(std::string_view key) {
  return std::find(std::begin(kNotCompared), std::end(kNotCompared), TableOf(key)) == std::end(kNotCompared);
}
bool IsKept(std::string_view key) { return TableOf(key) == Table::kTold || TableOf(key) == Table::kOutbox; }

}  // namespace

Rebuilder::Rebuilder(store::Store& store, store::BlockCache& blocks, Projector::Options options)
    : store_(store), blocks_(blocks), projector_(options, nullptr, &blocks) {}

absl::Status Rebuilder::Start() {
  const auto generation = store_.CreateViewGeneration();
  if (!generation.ok()) return generation.status();
  generation_ = *generation;
  return projector_.Open(store_.TakeSnapshot()->OfGeneration(generation_), 0);
}

absl::Status Rebuilder::Settle(size_t bytes_max) {
  store::Batch nothing_told;
  if (auto status = projector_.Finish(nothing_told); !status.ok()) return status;
  if (projector_.rows().bytes() <= bytes_max) return absl::OkStatus();
  if (auto status = WriteRun(store_, generation_, projector_.Freeze()); !status.ok()) return status;
  projector_.DropFrozen(store_.TakeSnapshot()->OfGeneration(generation_));
  return absl::OkStatus();
}

absl::Status Rebuilder::CatchUp(const View& view, const RebuildProgress& progress) {
  const auto sweep_all = [&](const relations::Event& event) -> absl::Status {
    for (bool more = std::holds_alternative<relations::ClockAdvanced>(event.body); more;) {
      const auto swept = projector_.SweepSlice(kSweepAccounts);
      if (!swept.ok()) return swept.status();
      more = *swept;
    }
    return absl::OkStatus();
  };
  // Late events read the log of the same instant.
  projector_.Publish(view.snapshot->OfGeneration(generation_), view.log_size);
  store::LogReader log(view.snapshot, &blocks_, view.log_size);
  while (position() < view.log_size) {
    const uint64_t to = std::min(view.log_size, position() + kRecordsPerStretch);
    if (auto status = FoldLog(projector_, log, decoder_, to, sweep_all); !status.ok()) return status;
    if (auto status = Settle(kRunBytes); !status.ok()) return status;
    if (progress && !progress(position(), view.log_size)) return absl::CancelledError("the rebuild was broken off");
  }
  return absl::OkStatus();
}

absl::StatusOr<RebuildReport> Rebuilder::Compare(const View& live) {
  RebuildReport report;
  report.records = position();
  const Rows rebuilt = projector_.Publish(store_.TakeSnapshot()->OfGeneration(generation_), live.log_size);
  auto a = live.rows.Scan({}, {}), b = rebuilt.Scan({}, {});
  const auto skip = [](RowCursor& c) {
    while (c.Valid() && !IsCompared(c.key())) c.Next();
  };
  for (skip(a), skip(b); a.Valid() || b.Valid(); skip(a), skip(b)) {
    ++report.rows_compared;
    const bool only_a = !b.Valid() || (a.Valid() && a.key() < b.key()), only_b = !a.Valid() || (b.Valid() && b.key() < a.key());
    if (only_a || only_b || a.value() != b.value()) ++report.rows_different;
    if (!only_b) a.Next();
    if (!only_a) b.Next();
  }
  for (const auto* walk : {&a, &b})
    if (auto status = walk->status(); !status.ok()) return status;
  return report;
}

absl::Status Rebuilder::Switch(const Writer& live) {
  // What was told stays told, under the numbers subscribers know; so do messages on their way.
  const Rows rebuilt = projector_.Publish(store_.TakeSnapshot()->OfGeneration(generation_), position());
  auto stale = rebuilt.Scan({}, {});
  for (; stale.Valid(); stale.Next())
    if (IsKept(stale.key())) projector_.rows().Delete(stale.key());
  const Rows live_rows = live.view()->rows;
  auto kept = live_rows.Scan({}, {});
  for (; kept.Valid(); kept.Next())
    if (IsKept(kept.key())) projector_.rows().Put(kept.key(), kept.value());
  for (const auto* walk : {&stale, &kept})
    if (auto status = walk->status(); !status.ok()) return status;
  projector_.ContinueTelling(live.state());
  if (auto status = WriteRun(store_, generation_, projector_.Freeze()); !status.ok()) return status;
  return store_.SwitchViewGeneration(generation_);
}

absl::Status Rebuilder::Drop() {
  if (generation_ == 0 || store_.view_generation() == generation_) return absl::OkStatus();
  return store_.DropViewGeneration(std::exchange(generation_, 0));
}

}  // namespace guanxi::partition
