// The writer's life: opened from the store, committed, taken back, checkpointed.
// What becomes of a submission: writer_intake.cc; of the engine's own records: writer_control.cc.
#include "partition/writer.h"

#include <fmt/format.h>

#include <utility>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/admission.h"
#include "partition/fold_log.h"
#include "partition/keys.h"
#include "partition/view_tree.h"

namespace guanxi::partition {
namespace {

std::string LittleEndian64(uint64_t v) {
  std::string out;
  PutLittleEndian(out, v);
  return out;
}

std::string EncodeAdmission(const Admission& admission) {
  std::string out;
  PutLittleEndian(out, admission.level);
  PutLittleEndian(out, admission.since.value);
  return out;
}

}  // namespace

Writer::Writer(Options options, store::Store& store, store::BlockCache& blocks)
    : options_(std::move(options)),
      store_(store),
      blocks_(blocks),
      projector_({options_.calendar, options_.hot_accounts_max, options_.account_cache_bytes, true, options_.large_account_events}, nullptr,
                 &blocks) {}

absl::StatusOr<std::unique_ptr<Writer>> Writer::Open(Options options, store::Store& store, store::BlockCache& blocks) {
  std::unique_ptr<Writer> writer(new Writer(std::move(options), store, blocks));
  if (auto status = writer->Reset(); !status.ok()) return status;
  return writer;
}

absl::Status Writer::OpenLog(const std::shared_ptr<const store::Snapshot>& snapshot) {
  const auto size_bytes = snapshot->Get(store::Family::kMeta, kMetaSize);
  const auto recorded_bytes = snapshot->Get(store::Family::kMeta, kMetaRecorded);
  const auto root = snapshot->Get(store::Family::kMeta, kMetaRoot);
  const auto source_bytes = snapshot->Get(store::Family::kMeta, kMetaSource);
  for (const auto* read : {&size_bytes, &recorded_bytes, &root, &source_bytes})
    if (!read->ok()) return read->status();
  auto source = *source_bytes ? DecodeProgress(**source_bytes) : SourceProgress();
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  if (auto status = ReadAdmission(*snapshot); !status.ok()) return status;
  const uint64_t size = *size_bytes ? ByteReader(**size_bytes).LittleEndian<uint64_t>() : 0;
  if (*recorded_bytes) recorded_.micros = static_cast<int64_t>(ByteReader(**recorded_bytes).LittleEndian<uint64_t>());
  auto log = store::LogWriter::Open(*snapshot, size);
  if (!log.ok()) return log.status();
  log_ = std::make_unique<store::LogWriter>(*std::move(log));
  projector_.ReadUnflushedFrom(log_.get());
  View view;
  view.snapshot = snapshot, view.log_size = size, view.blocks = &blocks_;
  auto tree = ledger::TreeWriter::Restore(size, TilesOf(view));
  if (!tree.ok()) return tree.status();
  tree_ = *std::move(tree);
  if (size > 0 && (!*root || **root != ledger::AsBytes(tree_.Root())))
    return Refuse(Reason::STORE_CORRUPT,
                  fmt::format("partition {}: the log's records do not give the stored tree head", options_.partition.value));
  return absl::OkStatus();
}

absl::Status Writer::ReadAdmission(const store::Snapshot& snapshot) {
  const auto bytes = snapshot.Get(store::Family::kMeta, kMetaAdmission);
  if (!bytes.ok()) return bytes.status();
  admission_ = {};
  if (!*bytes) return absl::OkStatus();
  ByteReader in(**bytes);
  admission_.level = in.LittleEndian<uint32_t>();
  admission_.since.value = in.LittleEndian<uint64_t>();
  return codec::CheckLevelKnown(admission_.level, options_.admission.size());
}

absl::Status Writer::CatchUp(const std::shared_ptr<const store::Snapshot>& snapshot) {
  auto sweeps = ReadSweeps(*snapshot);
  if (!sweeps.ok()) return sweeps.status();
  if (!sweeps->empty()) sweeps_forgotten_ = std::min(sweeps->front().number, sweeps_in_store_);
  while (!sweeps->empty() && sweeps->front().number < sweeps_in_store_) sweeps->pop_front();
  const auto sweep_as_noted = [&]() -> absl::Status {
    while (!sweeps->empty() && sweeps->front().log_size == projector_.state().log_size) {
      if (auto swept = projector_.SweepSlice(sweeps->front().accounts_max); !swept.ok()) return swept.status();
      sweeps->pop_front();
    }
    return absl::OkStatus();
  };
  projector_.TellFeed(false);
  if (auto status = sweep_as_noted(); !status.ok()) return status;
  store::LogReader log(snapshot, &blocks_, log_->size());
  if (auto status = FoldLog(projector_, log, decoder_, log_->size(), [&](const auto&) { return sweep_as_noted(); }); !status.ok())
    return status;
  store::Batch told_before;
  if (auto status = projector_.Finish(told_before); !status.ok()) return status;
  projector_.TellFeed(true);
  const auto feed_size = snapshot->Get(store::Family::kMeta, kMetaFeedSize);
  if (!feed_size.ok()) return feed_size.status();
  if (projector_.state().feed_size != (*feed_size ? ByteReader(**feed_size).LittleEndian<uint64_t>() : 0))
    return Refuse(Reason::STORE_CORRUPT,
                  fmt::format("partition {}: folding the log again told other tier changes than were told", options_.partition.value));
  return absl::OkStatus();
}

absl::Status Writer::Reset() {
  const auto snapshot = store_.TakeSnapshot();
  if (auto status = OpenLog(snapshot); !status.ok()) return status;
  if (auto status = projector_.Open(snapshot, log_->size()); !status.ok()) return status;
  checkpointed_ = projector_.state().log_size;
  sweeps_forgotten_ = sweeps_in_store_ = sweeps_in_frozen_ = projector_.state().sweep_slices;
  if (auto status = CatchUp(snapshot); !status.ok()) return status;
  view_ = MakeView();
  return absl::OkStatus();
}

absl::Status Writer::RollBack() {
  const auto snapshot = store_.TakeSnapshot();
  swept_.clear();
  if (auto status = OpenLog(snapshot); !status.ok()) return status;
  source_ = view_->source;
  projector_.RollBack({view_->rows.newest, view_->rows.frozen, snapshot}, committed_, log_->size());
  return absl::OkStatus();
}

absl::Status Writer::Reopen() {
  broken_ = absl::OkStatus();
  swept_.clear();
  const ViewPtr before = view_;
  lost_ = Reset();
  // Of offsets without a record nothing is stored (PublishSource), and nobody sends them again.
  const bool is_ahead = lost_.ok() && view_->log_size == before->log_size && view_->source.next_offset < before->source.next_offset;
  if (is_ahead) {
    source_ = before->source;
    PublishSource();
  }
  return lost_;
}

absl::Status Writer::Recover() {
  if (auto status = store_.Recover(); !status.ok()) return status;
  if (!lost_.ok()) return Reopen();
  view_ = MakeView();  // of the store as it was opened again
  return absl::OkStatus();
}

ViewPtr Writer::MakeView() {
  auto view = std::make_shared<View>();
  view->partition = options_.partition;
  view->snapshot = store_.TakeSnapshot();
  view->log_size = log_->size();
  view->rows = projector_.Publish(view->snapshot, view->log_size);
  committed_ = projector_.state();
  view->feed_size = committed_.feed_size;
  view->root = std::string(ledger::AsBytes(tree_.Root()));
  view->clock = committed_.clock;
  view->swept_to = committed_.swept_to;
  view->newest_occurred_at = committed_.newest;
  view->policies = committed_.policies;
  view->source = source_;
  view->admission = admission_;
  view->calendar = options_.calendar;
  view->blocks = &blocks_;
  return view;
}

absl::StatusOr<bool> Writer::SweepSlice(size_t accounts_max) {
  if (!lost_.ok()) return lost_;
  const NotedSweep slice{projector_.state().sweep_slices, log_->size(), accounts_max};
  const auto more = projector_.SweepSlice(accounts_max);
  if (!more.ok()) broken_ = more.status();
  if (projector_.state().sweep_slices > slice.number) swept_.push_back(slice);
  return more;
}

absl::StatusOr<ViewPtr> Writer::Commit() {
  if (!lost_.ok()) return lost_;
  store::Batch batch;
  auto status = std::exchange(broken_, absl::OkStatus());
  if (status.ok()) status = projector_.Finish(batch);
  log_->Flush(batch);
  for (const auto& tile : tree_.TakeDirtyTiles())
    if (tile.tile.level > 0) batch.Put(store::Family::kMerkle, TileKey(tile.tile), tile.hashes);
  batch.Put(store::Family::kMeta, kMetaSize, LittleEndian64(log_->size()));
  batch.Put(store::Family::kMeta, kMetaRoot, ledger::AsBytes(tree_.Root()));
  batch.Put(store::Family::kMeta, kMetaRecorded, LittleEndian64(static_cast<uint64_t>(recorded_.micros)));
  if (!source_.identity.empty()) batch.Put(store::Family::kMeta, kMetaSource, EncodeProgress(source_));
  if (admission_.level > 1) batch.Put(store::Family::kMeta, kMetaAdmission, EncodeAdmission(admission_));
  for (const auto& slice : swept_) NoteSweep(batch, slice);
  for (uint64_t number = sweeps_forgotten_; number < sweeps_in_store_; ++number) ForgetSweep(batch, number);
  if (status.ok()) status = store_.Write(batch, true);
  if (!status.ok()) {
    // Memory ran ahead of what is stored.
    lost_ = RollBack();
    counting_ = counts_;
    return status;
  }
  swept_.clear();
  sweeps_forgotten_ = sweeps_in_store_;
  counts_ = counting_;
  return view_ = MakeView();
}

RowTree Writer::BeginCheckpoint() {
  checkpointed_ = log_->size();
  sweeps_in_frozen_ = projector_.state().sweep_slices;
  const RowTree frozen = projector_.Freeze();
  view_ = MakeView();
  return frozen;
}

ViewPtr Writer::EndCheckpoint() {
  projector_.DropFrozen(store_.TakeSnapshot());
  sweeps_in_store_ = sweeps_in_frozen_;
  return view_ = MakeView();
}

ViewPtr Writer::PublishSource() {
  auto view = std::make_shared<View>(*view_);
  view->source = source_;
  return view_ = std::move(view);
}

}  // namespace guanxi::partition
