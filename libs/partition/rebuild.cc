#include "partition/rebuild.h"

#include <algorithm>

#include "partition/event_source.h"
#include "partition/keys.h"
#include "relations/event_type.h"

namespace guanxi::partition {
namespace {

constexpr uint64_t kRecordsPerBatch = 4096;

// Rows that say when something was told or delivered, not what is so.
bool IsCompared(std::string_view key) { return key[0] != static_cast<char>(Table::kOutbox) && key[0] != static_cast<char>(Table::kTold); }

}  // namespace

Rebuilder::Rebuilder(store::Store& store, store::BlockCache& blocks, Projector::Options options)
    : store_(store), blocks_(blocks), projector_(std::move(options), nullptr, &blocks) {}

absl::Status Rebuilder::Start() {
  auto generation = store_.CreateViewGeneration();
  if (!generation.ok()) return generation.status();
  generation_ = *generation;
  projector_.ResetEmpty(store_.TakeSnapshot()->OfGeneration(generation_), 0);
  return Begin();
}

absl::Status Rebuilder::Begin() {
  // Rows and log of one instant: the tail's slots are written over while we fold.
  const auto snapshot = store_.TakeSnapshot();
  const auto size = snapshot->Get(store::Family::kMeta, kMetaSize);
  if (!size.ok()) return size.status();
  projector_.Begin(snapshot->OfGeneration(generation_), *size ? ByteReader(**size).LittleEndian<uint64_t>() : 0);
  return absl::OkStatus();
}

absl::Status Rebuilder::Write() {
  store::Batch batch;
  batch.DirectViewsTo(generation_);
  if (auto status = projector_.Finish(batch); !status.ok()) return status;
  return store_.Write(batch, false);
}

absl::Status Rebuilder::FoldBatch(store::LogReader& log, uint64_t to) {
  for (; position_ < to; ++position_) {
    const Position at{position_};
    const auto bytes = log.Read(at);
    if (!bytes.ok()) return bytes.status();
    const auto record = codec::DecodeRecord(*bytes);
    if (!record.ok()) return record.status();
    relations::Event event;
    event.position = at;
    if (!record->parked()) {
      auto decoded = decoder_.DecodeEvent(*record, at);
      if (!decoded.ok()) return decoded.status();
      event = *std::move(decoded);
    }
    absl::Status applied;
    if (const auto* repair = std::get_if<relations::ParkedRepaired>(&event.body)) {
      const auto logged = ReadEvent(log, nullptr, decoder_, at);
      applied = logged.ok() ? projector_.ApplyRepair(*logged, repair->parked_position).status() : logged.status();
    } else {
      applied = projector_.Apply(*record, event).status();
    }
    if (!applied.ok()) return applied;
    for (bool more = std::holds_alternative<relations::ClockAdvanced>(event.body); more;) {
      const auto swept = projector_.SweepSlice(1024);
      if (!swept.ok()) return swept.status();
      more = *swept;
    }
  }
  return absl::OkStatus();
}

absl::Status Rebuilder::CatchUp(const View& view, const std::function<void(uint64_t, uint64_t)>& progress) {
  if (auto status = Begin(); !status.ok()) return status;
  while (position_ < view.log_size) {
    store::LogReader log(view.snapshot, &blocks_, view.log_size);
    if (auto status = FoldBatch(log, std::min(view.log_size, position_ + kRecordsPerBatch)); !status.ok()) return status;
    if (auto status = Write(); !status.ok()) return status;
    if (auto status = Begin(); !status.ok()) return status;
    if (progress) progress(position_, view.log_size);
  }
  return absl::OkStatus();
}

absl::StatusOr<RebuildReport> Rebuilder::Compare(const View& live) {
  RebuildReport report;
  report.records = position_;
  const auto snapshot = store_.TakeSnapshot();
  auto a = snapshot->Scan(store::Family::kView, {}, {});
  const auto rebuilt = snapshot->OfGeneration(generation_);
  auto b = rebuilt->Scan(store::Family::kView, {}, {});
  const auto skip = [](store::Cursor& c) {
    while (c.Valid() && !IsCompared(c.key())) c.Next();
  };
  for (skip(a), skip(b); a.Valid() || b.Valid(); skip(a), skip(b)) {
    ++report.rows_compared;
    const bool only_a = !b.Valid() || (a.Valid() && a.key() < b.key()), only_b = !a.Valid() || (b.Valid() && b.key() < a.key());
    if (only_a || only_b || a.value() != b.value()) ++report.rows_different;
    if (!only_b) a.Next();
    if (!only_a) b.Next();
  }
  return report;
}

absl::Status Rebuilder::Switch(const View& live) {
  // What was told stays told, under the numbers subscribers know; so do messages on their way.
  store::Batch batch;
  const auto rebuilt = store_.TakeSnapshot()->OfGeneration(generation_);
  for (const Table table : {Table::kTold, Table::kOutbox}) {
    const std::string prefix(1, static_cast<char>(table));
    for (auto cursor = rebuilt->ScanPrefix(store::Family::kView, prefix); cursor.Valid(); cursor.Next())
      batch.Delete(store::Family::kView, cursor.key());
    for (auto cursor = live.snapshot->ScanPrefix(store::Family::kView, prefix); cursor.Valid(); cursor.Next())
      batch.Put(store::Family::kView, cursor.key(), cursor.value());
  }
  return store_.SwitchViewGeneration(generation_, std::move(batch));
}

absl::Status Rebuilder::Drop() { return store_.DropViewGeneration(generation_); }

}  // namespace guanxi::partition
