// The partition's log: admits, dedupes and appends submissions, folds them, and
// commits everything as one batch with one fsync. No threads: the actor
// (partition.h) calls it from its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/tile.h"
#include "partition/projector.h"
#include "partition/submission.h"
#include "partition/view.h"
#include "store/log.h"

namespace guanxi::partition {

class Writer {
 public:
  struct Options {
    PartitionId partition;
    BusinessCalendar calendar;
    size_t hot_accounts_max;
    std::chrono::microseconds future_tolerance;
    std::function<bool(const codec::RecordView&, const codec::RecordView&)> same_sealed_body;
  };
  // The store outlives the writer.
  static absl::StatusOr<std::unique_ptr<Writer>> Open(Options options, store::Store& store, store::BlockCache& blocks);

  // Appends to the current commit. recorded_at: now; positions never see it run backwards.
  SubmissionResult Process(Submission submission, Timestamp recorded_at);
  // One slice of what fell due by time, into the current commit; false: nothing is left.
  absl::StatusOr<bool> SweepSlice(size_t accounts_max) { return projector_.SweepSlice(accounts_max); }
  void Delivered(std::string_view outbox_key) { projector_.Delivered(outbox_key); }
  // Writes the current commit and makes its view; after an error nothing of it happened.
  absl::StatusOr<ViewPtr> Commit();
  // The store changed underneath (a rebuild was switched in): start again from it.
  absl::Status Reopen() { return Reset(); }
  ViewPtr view() const { return view_; }
  absl::StatusOr<std::optional<Timestamp>> NextDue() const { return projector_.NextDue(); }
  Timestamp clock() const { return projector_.clock(); }
  uint64_t log_size() const { return log_->size(); }

 private:
  Writer(Options options, store::Store& store, store::BlockCache& blocks);
  absl::Status Reset();
  absl::StatusOr<ViewPtr> MakeView();

  // The first position if the same event is stored; nothing if none is; EVENT_ID_CONFLICT.
  absl::StatusOr<std::optional<Position>> FindDuplicate(const HotAccount& account, const codec::RecordView& offered, uint64_t* version);
  void Park(EventOutcome& outcome, codec::Record record);
  absl::StatusOr<Applied> AppendAndApply(codec::Record record, relations::Event event);
  SubmissionResult ProcessControl(Submission submission, Timestamp recorded_at);

  const Options options_;
  store::Store& store_;
  store::BlockCache& blocks_;
  std::unique_ptr<store::LogWriter> log_;
  ledger::TreeWriter tree_;
  Projector projector_;
  codec::EventDecoder decoder_;
  Timestamp recorded_ = kEarliestTimestamp;
  ViewPtr view_;
  absl::Status broken_;  // of the current commit: memory no longer says what the log says
};

// Tiles of a view's tree; level 0 is hashed from the sealed block.
ledger::TileLoader TilesOf(const View& view);

}  // namespace guanxi::partition
