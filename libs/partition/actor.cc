#include "partition/actor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "base/reason.h"
#include "codec/control_record.h"

namespace guanxi::partition {
namespace {

using std::chrono::steady_clock;

constexpr size_t kSweepAccountsPerCommit = 256;
constexpr auto kIdleWait = std::chrono::milliseconds(200);
// While another partition's queue has no room.
constexpr auto kHeldUpWait = std::chrono::milliseconds(20);
constexpr auto kCheckpointRetryAfter = std::chrono::seconds(1);
constexpr auto kRecoverRetryAfter = std::chrono::milliseconds(500);
constexpr int64_t kClockIntervalMicros = kMicrosPerHour;
constexpr size_t kBlockCacheBytes = 64u << 20;  // of all partitions
constexpr size_t kBytesPerPlace = 4096;

// In the queue: large events take more than one, so that its memory is bounded too.
size_t PlacesOf(const Submission& submission) {
  size_t places = 0;
  for (const auto& record : submission.events) places += 1 + record.payload.size() / kBytesPerPlace;
  return places;
}

size_t PlacesOf(const SourceStep& step) { return std::max<size_t>(PlacesOf(step.submission), 1); }

// This thread gives way to those that commit and answer, where processors are short.
void GiveWay(int nice) { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice); }

}  // namespace

Actor::Actor(PartitionId id, const ClusterOptions& options, std::unique_ptr<store::Store> store, uint32_t partitions)
    : id_(id),
      options_(options),
      overlay_bytes_max_(options.overlay_bytes / partitions),
      account_cache_bytes_(options.account_cache_bytes / partitions),
      store_(std::move(store)),
      blocks_(kBlockCacheBytes / partitions),
      outbox_(id, partitions) {}

absl::Status Actor::Open(BusinessCalendar calendar) {
  auto writer = Writer::Open({id_, calendar, options_.hot_accounts_max, account_cache_bytes_, options_.large_account_events,
                              options_.admission, options_.same_sealed_body},
                             *store_, blocks_);
  if (!writer.ok()) return writer.status();
  writer_ = *std::move(writer);
  Publish(writer_->view());
  return absl::OkStatus();
}

void Actor::Start(Hooks hooks) {
  hooks_ = std::move(hooks);
  thread_ = std::thread([this] { Run(); });
}

void Actor::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool Actor::TrySubmit(Submission& submission, std::function<void(SubmissionResult)>& done) {
  const size_t places = PlacesOf(submission);
  std::unique_lock lock(mutex_);
  if (stopping_) {
    lock.unlock();
    done(AllRefused(submission.events.size(), Refuse(Reason::SHUTTING_DOWN, "the server is stopping")));
    return true;
  }
  if (places_taken_ > 0 && places_taken_ + places > options_.queue_events_max && !submission.IsControl()) return false;
  places_taken_ += places;
  queue_.push_back({std::move(submission), std::move(done), places});
  lock.unlock();
  wake_.notify_one();
  return true;
}

bool Actor::TryApply(std::vector<SourceStep>& steps) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || places_taken_ >= options_.queue_events_max) return false;
    for (SourceStep& step : steps) {
      places_taken_ += PlacesOf(step);
      steps_.push_back(std::move(step));
    }
  }
  steps.clear();
  wake_.notify_one();
  return true;
}

void Actor::RunBetweenCommits(const Task& f) {
  std::promise<void> done;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    tasks_.emplace_back([&](Writer& writer) {
      f(writer);
      done.set_value();
    });
  }
  wake_.notify_one();
  done.get_future().wait();
}

ViewPtr Actor::view() const {
  const std::lock_guard lock(view_mutex_);
  return view_;
}

PartitionStatus Actor::status() const {
  PartitionStatus status;
  {
    const std::lock_guard lock(mutex_);
    status.queue_events = places_taken_;
    status.accepts_writes = !stopping_ && healthy_;
  }
  status.store_bytes = store_->DiskBytes();
  status.outbox_pending = outbox_pending_;
  status.overlay_bytes = overlay_bytes_;
  status.records_since_checkpoint = records_since_checkpoint_;
  status.commits = commits_;
  status.refolded_events = refolded_events_;
  const std::lock_guard lock(view_mutex_);
  status.events = events_;
  status.account_loads = account_loads_;
  return status;
}

void Actor::Publish(ViewPtr view) {
  const std::lock_guard lock(view_mutex_);
  view_ = std::move(view);
  events_ = writer_->counts();
  account_loads_ = writer_->account_loads();
}

bool Actor::IsIdle() const { return queue_.empty() && steps_.empty(); }

Actor::Taken Actor::Take() {
  std::unique_lock lock(mutex_);
  // Steps of a source can wait; those who ask are answered.
  const bool holds = !writable_.ok() && !stopping_;
  if (queue_.empty() && (holds || (steps_.empty() && delivered_.empty())) && tasks_.empty() && !stopping_ && !busy_)
    wake_.wait_for(lock, outbox_.IsHeldUp() ? kHeldUpWait : kIdleWait);
  Taken taken;
  size_t places = 0;
  while (!queue_.empty() && places < options_.commit_events_max) {
    places += queue_.front().places;
    taken.submissions.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  while (!holds && !steps_.empty() && places < options_.commit_events_max) {
    places += PlacesOf(steps_.front());
    taken.steps.push_back(std::move(steps_.front()));
    steps_.pop_front();
  }
  places_taken_ -= places;
  taken.tasks.swap(tasks_);
  return taken;
}

void Actor::Run() {
  SendOutbox();
  for (;;) {
    Taken taken = Take();
    RunTasks(taken.tasks);
    if (taken.empty()) {
      // What time still has to sweep is swept after the next start.
      const std::lock_guard lock(mutex_);
      if (stopping_ && IsIdle() && tasks_.empty()) break;
    }
    if (IsWritable()) {
      CommitOnce(std::move(taken));
    } else {
      RefuseAll(std::move(taken));
    }
    DriveCheckpoint();
  }
  CheckpointAtClose();
}

bool Actor::ApplySteps(std::deque<SourceStep>& steps, uint64_t until, std::vector<Answer>& answers, bool& moved_only) {
  bool changed = false;
  for (; !steps.empty() && IsWithin(until); steps.pop_front()) {
    SourceStep& step = steps.front();
    if (step.run <= void_run_ || step.next <= writer_->source().next_offset) continue;
    if (step.after > writer_->source().next_offset) {
      ReadAgain(step.run);
      continue;
    }
    // From which topic the log comes is stored before the first record: it does not start without that again.
    const bool is_kept = step.IsRecord() || *step.source != writer_->source().identity;
    (is_kept ? changed : moved_only) = true;
    auto done = std::move(step.done);
    auto result = writer_->Apply(std::move(step));
    if (done != nullptr) answers.push_back({std::move(done), std::move(result)});
  }
  return changed;
}

void Actor::ReadAgain(uint64_t run) {
  void_run_ = std::max(void_run_, run);
  options_.intake->ReadAgain(id_, void_run_);
}

void Actor::ApplySubmissions(std::deque<Queued>& submissions, Timestamp now, uint64_t until, std::vector<Answer>& answers) {
  for (; !submissions.empty() && IsWithin(until); submissions.pop_front()) {
    Queued& queued = submissions.front();
    const size_t events = queued.submission.events.size();
    answers.push_back({std::move(queued.done), SubmissionResult(events)});
    answers.back().result = writer_->Process(std::move(queued.submission), now);
  }
}

void Actor::PutBack(Taken taken) {
  if (taken.empty()) return;
  const std::lock_guard lock(mutex_);
  for (; !taken.submissions.empty(); taken.submissions.pop_back()) {
    places_taken_ += taken.submissions.back().places;
    queue_.push_front(std::move(taken.submissions.back()));
  }
  for (; !taken.steps.empty(); taken.steps.pop_back()) {
    places_taken_ += PlacesOf(taken.steps.back());
    steps_.push_front(std::move(taken.steps.back()));
  }
}

void Actor::RunTasks(const std::vector<Task>& tasks) {
  if (tasks.empty()) return;
  EndCheckpoint();
  const uint32_t generation = store_->view_generation();
  for (const auto& task : tasks) task(*writer_);
  // Rows that could not be written are of no use to a generation that was rebuilt since; the outbox is another's.
  if (store_->view_generation() != generation) {
    checkpoint_rows_ = RowTree();
    outbox_.StartAgain();
  }
  Publish(writer_->view());
}

void Actor::SetWritable(absl::Status status) {
  writable_ = std::move(status);
  const std::lock_guard lock(mutex_);
  healthy_ = writable_.ok();
}

bool Actor::IsWritable() {
  if (IsFarBehind()) {
    SetWritable(checkpointed_);
    return false;
  }
  if (writable_.ok()) return true;
  // A full disk may get room without any write telling so: asked in idle times too.
  if (steady_clock::now() < recover_not_before_) return false;
  SetWritable(writer_->Recover());
  recover_not_before_ = steady_clock::now() + kRecoverRetryAfter;
  if (!writable_.ok()) return false;
  Publish(writer_->view());
  return true;
}

// Rows that no checkpoint can write gather in memory: not without bound.
bool Actor::IsFarBehind() const { return !checkpointed_.ok() && writer_->bytes_since_checkpoint() >= 2 * overlay_bytes_max_; }

void Actor::RefuseAll(Taken taken) {
  busy_ = false;
  for (auto& queued : taken.submissions) queued.done(AllRefused(queued.submission.events.size(), writable_));
  if (!taken.steps.empty()) ReadAgain(taken.steps.back().run);
}

void Actor::CommitOnce(Taken taken) {
  const Timestamp now = options_.now();
  const uint64_t run = taken.steps.empty() ? 0 : taken.steps.back().run;
  const uint64_t until = writer_->refolded_events() + options_.refolded_events_max;
  std::vector<Answer> answers;
  ApplySubmissions(taken.submissions, now, until, answers);
  const size_t direct = answers.size();
  bool moved_only = false;
  bool changed = ApplySteps(taken.steps, until, answers, moved_only) || direct > 0;
  PutBack(std::move(taken));
  refolded_events_ = writer_->refolded_events();
  changed |= TickClock(now);
  changed |= TakeAcknowledgements();
  const auto more = writer_->SweepSlice(kSweepAccountsPerCommit);
  const bool swept = !more.ok() || writer_->clock() > view()->swept_to;
  busy_ = more.ok() && *more;
  if (changed || swept) {
    Commit(std::move(answers), direct, run);
  } else if (moved_only) {
    Publish(writer_->PublishSource());
    hooks_.committed(id_);
  }
  if (writable_.ok()) SendOutbox();
}

void Actor::Commit(std::vector<Answer> answers, size_t direct, uint64_t run) {
  const auto committed = writer_->Commit();
  SetWritable(committed.status());
  if (committed.ok()) {
    ++commits_;
    Publish(*committed);
  } else {
    recover_not_before_ = steady_clock::now() + kRecoverRetryAfter;
    busy_ = false;
    outbox_.StartAgain();  // acknowledgements may have been lost with the commit
    for (auto& answer : answers) answer.result = AllRefused(answer.result.size(), committed.status());
    answers.resize(direct);  // what came from the source is applied later: its outcome is open
    if (run > 0) ReadAgain(run);
  }
  for (auto& answer : answers) answer.done(std::move(answer.result));
  if (!committed.ok()) return;
  hooks_.committed(id_);
}

bool Actor::TickClock(Timestamp now) {
  if (!options_.wall_clock || tick_under_way_ || !MaySpeak() || !TickIsDue(now)) return false;
  Submission tick;
  tick.internal = true;
  tick.events.push_back(codec::MakeClockAdvanced(now, now, "urn:guanxi:clock"));
  if (options_.intake != nullptr) {
    tick_under_way_ = true;
    hooks_.submit(std::move(tick), [this](const SubmissionResult&) { tick_under_way_ = false; });
    return false;
  }
  return writer_->Process(std::move(tick), now).front().status.ok();
}

bool Actor::TickIsDue(Timestamp now) {
  if (now.micros - writer_->clock().micros >= kClockIntervalMicros) return writer_->log_size() > 0;
  const auto due = writer_->NextDue();
  return due.ok() && *due && **due <= now && **due > writer_->clock();
}

bool Actor::TakeAcknowledgements() {
  std::vector<std::string> delivered, undelivered;
  {
    const std::lock_guard lock(mutex_);
    delivered.swap(delivered_);
    undelivered.swap(undelivered_);
  }
  for (const auto& key : delivered) {
    writer_->Delivered(key);
    outbox_.Delivered(key);
  }
  for (const auto& key : undelivered) outbox_.Undelivered(key, steady_clock::now());
  return !delivered.empty();
}

void Actor::SendOutbox() {
  if (writer_->TakeOutboxGrew()) outbox_.Grew();
  if (outbox_.HasMore() && MaySpeak()) outbox_.SendFrom(writer_->view()->rows, hooks_.deliver, steady_clock::now());
  outbox_pending_ = outbox_.pending();
}

void Actor::Acknowledge(const std::string& key, bool delivered) {
  {
    const std::lock_guard lock(mutex_);
    (delivered ? delivered_ : undelivered_).push_back(key);
  }
  if (delivered) wake_.notify_one();
}

bool Actor::CheckpointIsDue() const {
  if (steady_clock::now() < checkpoint_not_before_) return false;
  return writer_->bytes_since_checkpoint() >= overlay_bytes_max_ || writer_->records_since_checkpoint() >= options_.checkpoint_records_max;
}

void Actor::StartCheckpoint(RowTree rows) {
  checkpoint_rows_ = std::move(rows);
  checkpoint_ = std::async(std::launch::async, [this, generation = store_->view_generation()] {
    GiveWay(10);
    auto status = WriteRun(*store_, generation, checkpoint_rows_);
    wake_.notify_one();
    return status;
  });
}

void Actor::EndCheckpoint() {
  if (!checkpoint_.valid()) return;
  checkpointed_ = checkpoint_.get();
  if (!checkpointed_.ok()) {
    // The rows stay in memory, and the log holds what they came from.
    checkpoint_not_before_ = steady_clock::now() + kCheckpointRetryAfter;
    return;
  }
  checkpoint_rows_ = RowTree();
  if (!writer_->is_lost()) Publish(writer_->EndCheckpoint());
}

void Actor::DriveCheckpoint() {
  overlay_bytes_ = writer_->bytes_since_checkpoint();
  records_since_checkpoint_ = writer_->records_since_checkpoint();
  const bool done = checkpoint_.valid() && checkpoint_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  // Rows gather faster than they are written: appenders wait for the disk.
  const bool far_behind = checkpoint_.valid() && writer_->bytes_since_checkpoint() >= 2 * overlay_bytes_max_;
  if (done || far_behind) EndCheckpoint();
  if (checkpoint_.valid() || writer_->is_lost() || !CheckpointIsDue()) return;
  if (!checkpoint_rows_.empty()) return StartCheckpoint(std::move(checkpoint_rows_));
  StartCheckpoint(writer_->BeginCheckpoint());
  Publish(writer_->view());
}

void Actor::CheckpointAtClose() {
  EndCheckpoint();
  if (!options_.checkpoint_on_close || writer_->is_lost() || writer_->records_since_checkpoint() == 0 || !checkpoint_rows_.empty()) return;
  StartCheckpoint(writer_->BeginCheckpoint());
  EndCheckpoint();
}

}  // namespace guanxi::partition
