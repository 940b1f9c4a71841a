// The partition's log: admits, dedupes and appends submissions, folds them, and
// commits everything as one batch with one fsync. No threads: the actor
// (actor.h) calls it from its own.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "codec/admission.h"
#include "ledger/tile.h"
#include "partition/projector.h"
#include "partition/submission.h"
#include "partition/sweep_journal.h"
#include "partition/view.h"
#include "store/log.h"

namespace guanxi::partition {

class Writer {
 public:
  struct Options {
    PartitionId partition;
    BusinessCalendar calendar;
    size_t hot_accounts_max;
    size_t account_cache_bytes;
    uint64_t large_account_events;
    std::vector<codec::AdmissionRules> admission;  // by level, from 1 on
    std::function<bool(const codec::RecordView&, const codec::RecordView&)> same_sealed_body;
  };
  // The store outlives the writer.
  static absl::StatusOr<std::unique_ptr<Writer>> Open(Options options, store::Store& store, store::BlockCache& blocks);

  // Appends to the current commit. recorded_at: now; positions never see it run backwards.
  SubmissionResult Process(Submission submission, Timestamp recorded_at);
  // A step that follows what the source has given so far: the same, and the
  // progress of the source, in one commit. An outcome that was not the event's
  // fault fails the commit, as the log must not depend on this node's disk.
  SubmissionResult Apply(SourceStep step);
  const SourceProgress& source() const { return source_; }
  // The view of the last commit with the source's progress since; writes nothing.
  ViewPtr PublishSource();
  // One slice of what fell due by time, into the current commit; false: nothing is
  // left. After an error the commit fails.
  absl::StatusOr<bool> SweepSlice(size_t accounts_max);
  void Delivered(std::string_view outbox_key) { projector_.Delivered(outbox_key); }
  // Writes the current commit and makes its view; after an error nothing of it
  // happened, and nothing more is to be processed until Recover has succeeded.
  absl::StatusOr<ViewPtr> Commit();
  // After a failed commit: whether the store takes writes again. As Store::Recover.
  absl::Status Recover();
  // The failed commit could not be taken back in memory: there is nothing to checkpoint.
  bool is_lost() const { return !lost_.ok(); }
  // The store changed underneath (a rebuild was switched in): start again from it.
  absl::Status Reopen();

  // Views are written behind: Commit makes the records durable, a checkpoint the
  // rows, and opening folds again what came between. In three steps, right after
  // a commit: the rows to write, to be kept and passed to WriteRun on any thread,
  // while commits go on; then the view that reads them from the store. When
  // writing failed, the same rows are to be written again.
  RowTree BeginCheckpoint();
  ViewPtr EndCheckpoint();
  // Memory that a checkpoint would free, and records it would save from folding again.
  size_t bytes_since_checkpoint() const { return projector_.rows().bytes(); }
  uint64_t records_since_checkpoint() const { return log_->size() - checkpointed_; }
  ViewPtr view() const { return view_; }
  // Of what was committed since the writer was opened.
  const OutcomeCounts& counts() const { return counts_; }
  // Folded again for late events, by commits that failed too.
  const AccountLoads& account_loads() const { return projector_.account_loads(); }
  uint64_t refolded_events() const { return projector_.refolded_events(); }
  absl::StatusOr<std::optional<Timestamp>> NextDue() { return projector_.NextDue(); }
  bool TakeOutboxGrew() { return projector_.TakeOutboxGrew(); }
  Timestamp clock() const { return projector_.clock(); }
  uint64_t log_size() const { return log_->size(); }
  const ProjectorState& state() const { return projector_.state(); }

 private:
  Writer(Options options, store::Store& store, store::BlockCache& blocks);
  absl::Status Reset();
  absl::Status OpenLog(const std::shared_ptr<const store::Snapshot>& snapshot);
  // Folds what came after the last checkpoint.
  absl::Status CatchUp(const std::shared_ptr<const store::Snapshot>& snapshot);
  // Back to the last commit, after one that failed.
  absl::Status RollBack();
  ViewPtr MakeView();

  // Whether what is offered under the id of the first is the same event.
  bool IsSame(const codec::RecordView& first, const relations::EventBody& body, const codec::RecordView& offered);
  // The first position if the same event is stored; nothing if none is; EVENT_ID_CONFLICT.
  absl::StatusOr<std::optional<Position>> FindDuplicate(const HotAccount& account, const codec::RecordView& offered, uint64_t* version);
  // The same record is kept once while it is open: an import may be repeated.
  void Park(EventOutcome& outcome, codec::Record record);
  absl::StatusOr<std::optional<Position>> FindParked(const codec::RecordView& offered);
  bool IsSameParked(codec::RecordView first, codec::RecordView offered) const;
  absl::StatusOr<Applied> AppendAndApply(const codec::Record& record, relations::Event event);

  // A submission on its way in.
  struct Intake {
    explicit Intake(size_t events) : outcomes(events), events(events) {}
    SubmissionResult outcomes;
    std::vector<std::optional<relations::Event>> events;  // those to append
    uint64_t fresh = 0;                                   // number of them
    std::set<size_t> repeats;                             // those that an earlier one of the same call equals
    HotAccount* account = nullptr;
    absl::Status refused;  // why nothing is appended: the first that is not right
  };
  // CONTROL_TYPE_RESERVED: a type that the engine alone writes.
  static absl::Status CheckTaken(const codec::RecordView& record);
  void Admit(const Submission& submission, size_t i, Intake& intake);
  // Of events in one call that share an id, the first is appended; EVENT_ID_CONFLICT where they differ.
  void FindRepeats(const Submission& submission, Intake& intake);
  absl::Status CheckVersion(const Submission& submission, const Intake& intake) const;
  absl::Status CheckAgainstState(const Intake& intake);
  // Nothing is appended; what is wrong is parked, unless it was a command.
  void RefuseAll(Submission submission, Intake& intake);
  absl::Status AppendAll(Submission submission, Intake& intake);

  EventOutcome ParkUnreadable(SourceStep step);
  EventOutcome ProcessControl(const codec::Record& record);
  EventOutcome AppendControl(const codec::Record& record, relations::Event event);
  // In force right after what was accepted without it, or later: policies never change what is known.
  EventOutcome Adopt(codec::Record record, relations::Event event);
  // What became of the adoption of the same epoch, if there was one.
  std::optional<EventOutcome> FindPolicy(const relations::PolicyAdopted& adopted) const;
  const codec::AdmissionRules& rules() const { return options_.admission[admission_.level - 1]; }
  absl::Status ReadAdmission(const store::Snapshot& snapshot);
  // What becomes of a raise that changes nothing; nullopt: it is in force from here on.
  std::optional<EventOutcome> Raise(uint32_t level);
  absl::Status CheckParked(Position parked) const;
  // The open parked record as it would be folded now.
  absl::StatusOr<LoggedEvent> ReadParked(Position parked);
  EventOutcome Repair(const codec::Record& repair, Position parked);

  const Options options_;
  store::Store& store_;
  store::BlockCache& blocks_;
  std::unique_ptr<store::LogWriter> log_;
  ledger::TreeWriter tree_;
  Projector projector_;
  codec::EventDecoder decoder_;
  Timestamp recorded_ = kEarliestTimestamp;
  SourceProgress source_;
  Admission admission_;
  ViewPtr view_;
  OutcomeCounts counts_, counting_;  // committed; with the current commit
  ProjectorState committed_;         // of view_
  std::vector<NotedSweep> swept_;    // in the current commit
  uint64_t checkpointed_ = 0;        // records whose rows are in the store, or on their way
  uint64_t sweeps_forgotten_ = 0;    // slices before this one are no longer noted
  uint64_t sweeps_in_store_ = 0;     // slices before this one are in the last checkpoint
  uint64_t sweeps_in_frozen_ = 0;    // and in the one under way
  absl::Status broken_;              // of the current commit: memory no longer says what the log says
  absl::Status lost_;                // memory could not be brought back to the last commit
};

}  // namespace guanxi::partition
