// partition: the writer of each partition and what is read from it: log, fold,
// views, snapshots, rebuilds. Knows nothing of gRPC, Kafka or how an answer looks.
// Read in this order: this file, actor.h (a partition's thread), writer.h (one
// commit), projector.h (from an event to rows), view.h and account_reader.h (reads).
//
// This header: all partitions of one process. Opens them, routes accounts to them,
// writes control records into every one, delivers what accounts tell each other.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/admission.h"
#include "partition/account_cache.h"
#include "partition/account_reader.h"
#include "partition/intake.h"
#include "partition/submission.h"
#include "partition/view.h"
#include "store/data_directory.h"
#include "store/store.h"

namespace guanxi::partition {

struct ClusterOptions {
  std::string data_directory;
  store::ClusterSettings settings;     // for a new directory
  bool settings_are_required = false;  // refuse a directory made with others
  size_t cache_bytes = 128u << 20;
  size_t memtable_bytes = 64u << 20;
  // Rows of all partitions held in memory before a checkpoint writes them; while
  // it does, as much again may gather.
  size_t overlay_bytes = 64u << 20;
  // Records after which a partition checkpoints at the latest: bounds what a start folds again.
  uint64_t checkpoint_records_max = 50'000;
  // A checkpoint when the cluster closes, so that the next start folds nothing again.
  bool checkpoint_on_close = true;
  size_t hot_accounts_max = 10'000;  // per partition
  // Of all partitions: for accounts that are hot no longer, as rows.
  size_t account_cache_bytes = 64u << 20;
  // Accounts with so many events keep what undoes the newest of them in memory, so that late events cost little (recent_past.h).
  uint64_t large_account_events = 4096;
  // Per partition: beyond it OVERLOADED. Both count an event of more than 4 KiB as several, one for each 4 KiB.
  size_t queue_events_max = 16'384;
  size_t commit_events_max = 4'096;
  // A late event folds its account's later ones again. A commit ends early once there were so many: the others whose events wait
  // are not to wait for all late ones. An append of several is not divided.
  uint64_t refolded_events_max = 20'000;
  // By level, from 1 on; the log says which is in force, and one of a higher level
  // is not opened (ADMISSION_LEVEL_NEWER).
  std::vector<codec::AdmissionRules> admission = codec::AdmissionLevels();
  // true: ClockAdvanced follows the wall clock; false: only AdvanceClock moves it.
  bool wall_clock = true;
  std::function<Timestamp()> now;  // the wall clock; required
  // What lies under the stores; nullptr: the machine's own disk.
  std::shared_ptr<store::Disk> disk;
  // Same body? Asked when the bytes differ and the stored record has sealed
  // parts; nullptr: equal ids are enough then.
  std::function<bool(const codec::RecordView& stored, const codec::RecordView& offered)> same_sealed_body;
  // The log is ordered elsewhere (intake.h). nullptr: by this process. Not owned;
  // called until the cluster is destroyed.
  Intake* intake = nullptr;
};

struct AdoptedPolicy {
  relations::Policy policy;
  std::string definition;
  Timestamp effective_at;
  uint64_t control_epoch = 0;
};

// Called with records done and in all, now and then; false breaks the rebuild off: it
// answers CANCELLED and leaves nothing behind.
using RebuildProgress = std::function<bool(uint64_t done, uint64_t total)>;

struct RebuildReport {
  uint64_t records = 0, rows_compared = 0, rows_different = 0;
};

struct PartitionStatus {
  uint64_t queue_events = 0, store_bytes = 0, outbox_pending = 0;
  uint64_t overlay_bytes = 0;             // memory of rows since the last checkpoint
  uint64_t records_since_checkpoint = 0;  // to be folded again after a crash
  uint64_t commits = 0;                   // since it was opened, each with one fsync
  uint64_t refolded_events = 0;           // folded again for late ones, since it was opened
  AccountLoads account_loads;             // since it was opened
  OutcomeCounts events;                   // since it was opened
  bool accepts_writes = true;
};

// Thread-safe.
class Cluster {
 public:
  // SOURCE_FOREIGN: without an intake, a directory whose log came through one.
  static absl::StatusOr<std::unique_ptr<Cluster>> Open(ClusterOptions options);
  // Takes no more submissions, commits what is queued, closes the stores.
  ~Cluster();

  uint32_t partitions() const;
  const store::ClusterSettings& settings() const;
  BusinessCalendar calendar() const;
  bool follows_wall_clock() const;
  Timestamp Now() const;  // the wall clock
  // murmur2 of the id, as Kafka's default partitioner.
  PartitionId PartitionOf(std::string_view account_id) const;

  // `done` runs on the partition's thread after the fsync: it must not block.
  // OVERLOADED and SHUTTING_DOWN are answered at once, on the caller's thread.
  void Submit(PartitionId partition, Submission submission, std::function<void(SubmissionResult)> done);
  // For those who can wait: false when the partition's queue is full, and then
  // submission and done are left as they were.
  bool TrySubmit(PartitionId partition, Submission& submission, std::function<void(SubmissionResult)>& done);
  // With an intake: the partition's next steps, all or none; false: its queue is
  // full. They are applied in order; what was applied before is passed over.
  bool TryApply(PartitionId partition, std::vector<SourceStep>& steps);
  // The same as Submit, waiting.
  SubmissionResult SubmitAndWait(PartitionId partition, Submission submission);
  // Each on its own, side by side.
  std::vector<EventOutcome> SubmitAllAndWait(std::vector<std::pair<PartitionId, codec::Record>> events, bool internal = false);

  // The newest committed view. Never null. Lock held for a pointer copy only.
  ViewPtr ViewOf(PartitionId partition) const;
  // `f` runs on a partition's thread after each commit: it must not block.
  uint64_t AddCommitListener(std::function<void(PartitionId)> f);
  void RemoveCommitListener(uint64_t id);

  // ClockAdvanced into every partition.
  absl::Status AdvanceClock(Timestamp to, const std::string& actor);
  // PolicyAdopted into every partition. The newest one again gives that adoption;
  // an older one is adopted anew. POLICY_INVALID: its name and version mean other
  // rules already. POLICY_RETROACTIVE. With an intake it first waits, until the deadline (none: ten seconds), for
  // all that the source holds to be applied, as Intake::CatchUp.
  absl::StatusOr<AdoptedPolicy> AdoptPolicy(const std::string& definition, std::optional<Timestamp> effective_at, const std::string& actor,
                                            const std::string& reason,
                                            std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt);
  std::vector<AdoptedPolicy> AdoptedPolicies() const;
  // Admits by the rules of `level` from here on, in every partition: there is no way
  // back, and with an intake nodes that do not know the level read no further.
  // ADMISSION_LEVEL_NEWER: this one does not. A level that is in force already is no error.
  // Waits as AdoptPolicy does.
  absl::Status RaiseAdmission(uint32_t level, const std::string& actor);
  absl::Status CheckAdmissionKnown(uint32_t level) const;

  EventOutcome RetryParked(PartitionId partition, Position parked, const std::string& actor, const std::string& reason);
  EventOutcome DismissParked(PartitionId partition, Position parked, const std::string& actor, const std::string& reason);

  // Folds the log again beside the live views, compares, and (unless
  // verify_only) switches. OVERLOADED: the partition is being rebuilt already.
  absl::StatusOr<RebuildReport> Rebuild(PartitionId partition, bool verify_only, const RebuildProgress& progress);

  PartitionStatus StatusOf(PartitionId partition) const;
  // As Intake::Accepts; OK without an intake.
  absl::Status Accepts(PartitionId partition) const;

  // A crash between two partitions leaves a control record in some of them only:
  // writes it into the others. Open does it; with an intake, whoever knows that the
  // past has been seen.
  absl::Status FinishControlRecords();

 private:
  struct Impl;
  absl::Status CatchUp(std::optional<std::chrono::steady_clock::time_point> deadline) const;
  absl::Status WriteAdmission(uint32_t level, const std::string& actor);
  absl::Status WriteClock(Timestamp to, const std::string& actor);
  // Policies that the first partition has and others have not. Under the control mutex.
  absl::Status FinishPolicies();
  absl::Status WriteControl(PartitionId partition, codec::Record record, EventOutcome* outcome = nullptr);
  // With an intake all or none of them.
  absl::Status WriteControls(std::vector<std::pair<PartitionId, codec::Record>> records);
  static absl::Status CheckSource(const Impl& impl);
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::partition
