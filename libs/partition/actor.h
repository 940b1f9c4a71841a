// One partition at work: its store, its writer, and the one thread that uses the
// writer. Takes what is queued, commits it as one batch, publishes the view,
// answers; between commits it sweeps time, delivers the outbox and checkpoints.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "partition/cluster.h"
#include "partition/outbox_sender.h"
#include "partition/writer.h"

namespace guanxi::partition {

// Thread-safe but for Open, Start and Stop.
class Actor {
 public:
  struct Hooks {
    // After each commit, on the actor's thread.
    std::function<void(PartitionId)> committed;
    // A message for another partition, on the actor's thread; answered with Acknowledge, unless that has no room for it (false).
    OutboxSender::Send deliver;
    // A control record that goes the way of the intake; only with one.
    std::function<void(Submission, std::function<void(SubmissionResult)>)> submit;
  };
  using Task = std::function<void(Writer&)>;

  // The options outlive the actor.
  Actor(PartitionId id, const ClusterOptions& options, std::unique_ptr<store::Store> store, uint32_t partitions);
  ~Actor() { Stop(); }

  absl::Status Open(BusinessCalendar calendar);
  void Start(Hooks hooks);
  // Commits what is queued, then ends the thread.
  void Stop();

  // false: the queue is full, and nothing was taken.
  bool TrySubmit(Submission& submission, std::function<void(SubmissionResult)>& done);
  // The next steps of the source, all or none. false: the queue is full. What was
  // applied before is passed over.
  bool TryApply(std::vector<SourceStep>& steps);
  // Runs f on the actor's thread between two commits, no checkpoint being under
  // way, and waits for it. Not run when the actor is stopping.
  void RunBetweenCommits(const Task& f);
  // The other partition has answered, or could not; from any thread.
  void Acknowledge(const std::string& key, bool delivered);

  ViewPtr view() const;
  PartitionStatus status() const;
  store::Store& store() { return *store_; }
  store::BlockCache& blocks() { return blocks_; }
  // Held by the one rebuild that may be under way.
  std::mutex& rebuild_mutex() { return rebuild_mutex_; }

 private:
  struct Queued {
    Submission submission;
    std::function<void(SubmissionResult)> done;
    size_t places;
  };

  // What one commit is made of.
  struct Taken {
    std::deque<Queued> submissions;
    std::deque<SourceStep> steps;
    std::vector<Task> tasks;
    bool empty() const { return submissions.empty() && steps.empty(); }
  };
  struct Answer {
    std::function<void(SubmissionResult)> done;
    SubmissionResult result;
  };

  void Run();
  bool IsIdle() const;
  Taken Take();
  // No checkpoint is under way meanwhile.
  void RunTasks(const std::vector<Task>& tasks);
  // false: the last commit failed, and the store takes no writes yet.
  bool IsWritable();
  void SetWritable(absl::Status status);
  bool IsFarBehind() const;
  void RefuseAll(Taken taken);
  void CommitOnce(Taken taken);
  // Late events fold others again. Once these are `until` in all, what is left waits for the next commit.
  bool IsWithin(uint64_t until) const { return writer_->refolded_events() < until; }
  void ApplySubmissions(std::deque<Queued>& submissions, Timestamp now, uint64_t until, std::vector<Answer>& answers);
  // Applies what follows in order; true: something is to be stored. moved_only: an offset alone.
  bool ApplySteps(std::deque<SourceStep>& steps, uint64_t until, std::vector<Answer>& answers, bool& moved_only);
  void PutBack(Taken taken);
  // The first `direct` answers are of submissions; the others of steps of `run`.
  void Commit(std::vector<Answer> answers, size_t direct, uint64_t run);
  // Steps of this run are void from now on, and are read again.
  void ReadAgain(uint64_t run);
  // true: something of the current commit came from it.
  bool TickClock(Timestamp now);
  bool TickIsDue(Timestamp now);
  // With an intake: whether this node may say something by itself.
  bool MaySpeak() const { return options_.intake == nullptr || options_.intake->HasSeenThePast(); }
  bool TakeAcknowledgements();
  // Between two commits. What is acknowledged leaves the outbox with a later commit.
  void SendOutbox();
  void Publish(ViewPtr view);

  bool CheckpointIsDue() const;
  void StartCheckpoint(RowTree rows);
  // Waits for the checkpoint under way, if there is one.
  void EndCheckpoint();
  // Ends one that is done, starts one that is due.
  void DriveCheckpoint();
  void CheckpointAtClose();

  const PartitionId id_;
  const ClusterOptions& options_;
  const size_t overlay_bytes_max_, account_cache_bytes_;
  std::unique_ptr<store::Store> store_;
  store::BlockCache blocks_;
  std::unique_ptr<Writer> writer_;
  Hooks hooks_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Queued> queue_;
  std::deque<SourceStep> steps_;
  std::vector<Task> tasks_;
  std::vector<std::string> delivered_, undelivered_;  // keys of the outbox
  size_t places_taken_ = 0;
  bool stopping_ = false;
  bool healthy_ = true;  // writable_.ok(), for others

  mutable std::mutex view_mutex_;
  ViewPtr view_;
  OutcomeCounts events_;
  AccountLoads account_loads_;

  std::mutex rebuild_mutex_;

  // Of the actor's thread.
  bool busy_ = false;
  uint64_t void_run_ = 0;  // of the source: its steps were not applied
  OutboxSender outbox_;
  std::future<absl::Status> checkpoint_;
  RowTree checkpoint_rows_;
  std::chrono::steady_clock::time_point checkpoint_not_before_{}, recover_not_before_{};
  absl::Status checkpointed_;  // what became of the last one
  absl::Status writable_;      // why the last commit failed

  std::atomic<bool> tick_under_way_{false};
  std::atomic<size_t> outbox_pending_{0}, overlay_bytes_{0};
  std::atomic<uint64_t> records_since_checkpoint_{0}, commits_{0}, refolded_events_{0};
  std::thread thread_;
};

}  // namespace guanxi::partition
