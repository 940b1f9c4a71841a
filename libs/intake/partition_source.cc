#include "intake/partition_source.h"

#include <fmt/format.h>

#include <utility>

#include "base/reason.h"
#include "codec/control_record.h"
#include "intake/events_topic.h"
#include "intake/utc_offset.h"

namespace guanxi::intake {
namespace {

using kafka::Polled;
using std::chrono::milliseconds;

constexpr milliseconds kPoll{100};
constexpr milliseconds kQuestionMax{5'000};
constexpr milliseconds kCompareMax{10'000};
constexpr milliseconds kTryAgainAfter{500};
constexpr milliseconds kFullQueueWait{2};
// More than the brokers need to choose another leader.
constexpr milliseconds kHiccupMax{15'000};
constexpr size_t kStepsAtOnce = 512;
constexpr uint64_t kNotKnown = UINT64_MAX;

std::string BeginningOf(const LogBase& base) {
  return base.size == 0 ? "begins with its first record" : fmt::format("goes on from a log of {} records", base.size);
}

absl::Status OfAnotherBase(const LogBase& topic, const LogBase& directory) {
  return Refuse(Reason::SOURCE_FOREIGN, fmt::format("the topic {}, the directory {}", BeginningOf(topic), BeginningOf(directory)),
                {{"topic_base", std::to_string(topic.size)}, {"directory_base", std::to_string(directory.size)}});
}

absl::Status OfAnotherTopic(const std::string& source, const std::string& topic) {
  return Refuse(Reason::SOURCE_FOREIGN, fmt::format("the log comes from {}, the topic is {}", source, topic),
                {{"source", source}, {"topic", topic}});
}

absl::Status Diverged(PartitionId partition, const std::string& why, uint64_t offset) {
  return Refuse(Reason::SOURCE_DIVERGED, why, {{"partition", std::to_string(partition.value)}, {"offset", std::to_string(offset)}});
}

}  // namespace

PartitionSource::PartitionSource(Surroundings surroundings, PartitionId partition)
    : around_(std::move(surroundings)),
      partition_(partition),
      past_end_(kNotKnown),
      status_(Refuse(Reason::SOURCE_UNAVAILABLE, "the topic was not looked at yet")),
      log_(fmt::format("partition {}", partition.value)) {}

void PartitionSource::Start() {
  thread_ = std::thread([this] { Run(); });
}

void PartitionSource::AskToStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void PartitionSource::Stop() {
  AskToStop();
  if (thread_.joinable()) thread_.join();
}

void PartitionSource::ReadAgain(uint64_t run) {
  uint64_t known = void_run_;
  while (known < run && !void_run_.compare_exchange_weak(known, run)) {
  }
}

bool PartitionSource::HasSeenThePast() const {
  if (has_seen_past_) return true;
  const uint64_t end = past_end_;
  if (end == kNotKnown || around_.cluster.ViewOf(partition_)->source.next_offset < end) return false;
  return has_seen_past_ = true;
}

absl::Status PartitionSource::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

absl::Status PartitionSource::Accepts() const {
  const std::lock_guard lock(mutex_);
  const bool may_be_back = opened_ && IsAway(status_) && std::chrono::steady_clock::now() - good_until_ < kHiccupMax;
  return may_be_back ? absl::OkStatus() : status_;
}

void PartitionSource::AwaitFirstLook(std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, deadline, [this] { return looked_ || stopping_; });
}

void PartitionSource::Note(absl::Status status) {
  if (!stopping_) log_.Note(status);
  {
    const std::lock_guard lock(mutex_);
    if (status_.ok() && !status.ok()) good_until_ = std::chrono::steady_clock::now();
    status_ = std::move(status);
    looked_ = true;
    opened_ = opened_ || status_.ok();
  }
  wake_.notify_all();
}

void PartitionSource::Pause(milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopping_.load(); });
}

void PartitionSource::Run() {
  while (!stopping_) {
    ++run_;
    absl::Status status = Open();
    if (status.ok()) {
      Note(absl::OkStatus());
      status = Read();
      around_.consumer.Stop(partition_.value);
    }
    Note(status);
    // After a commit that failed as well: the disk gets a moment.
    while (barred_ && !stopping_) Pause(kTryAgainAfter);
    if (!stopping_) Pause(kTryAgainAfter);
  }
}

absl::Status PartitionSource::Open() {
  const partition::ViewPtr view = around_.cluster.ViewOf(partition_);
  const partition::SourceProgress& progress = view->source;
  absl::StatusOr<std::string> identity = around_.identity(partition_);
  if (!identity.ok()) return identity.status();
  if (!progress.identity.empty() && progress.identity != *identity) return OfAnotherTopic(progress.identity, *identity);
  identity_ = std::make_shared<const std::string>(*std::move(identity));
  const auto marks = around_.consumer.QueryWatermarks(partition_.value, kQuestionMax);
  if (!marks.ok()) return marks.status();
  next_ = progress.next_offset;
  utc_offset_agreed_ = progress.utc_offset_agreed;
  if (next_ > marks->end) return Diverged(partition_, fmt::format("the topic ends at {}, and {} was applied", marks->end, next_), next_);
  if (next_ < marks->begin) {
    return Refuse(
        Reason::SOURCE_TRUNCATED, fmt::format("the topic begins at {}, and {} is to be applied next", marks->begin, next_),
        {{"partition", std::to_string(partition_.value)}, {"offset", std::to_string(next_)}, {"begin", std::to_string(marks->begin)}});
  }
  // What was applied from the topic was applied after its beginning was seen; and a beginning that was deleted can be compared no more.
  beginning_is_known_ = progress.has_last || marks->begin > 0;
  if (!beginning_is_known_)
    if (absl::Status begins = CheckBase(*view, marks->end); !begins.ok()) return begins;
  if (past_end_ == kNotKnown) past_end_ = marks->end;
  if (!progress.has_last || progress.last_offset < marks->begin) return around_.consumer.Start(partition_.value, next_);
  if (absl::Status started = around_.consumer.Start(partition_.value, progress.last_offset); !started.ok()) return started;
  absl::Status same = CompareLast(progress);
  if (!same.ok()) around_.consumer.Stop(partition_.value);
  return same;
}

absl::Status PartitionSource::CheckBase(const partition::View& view, uint64_t end) {
  base_ = view.log_size == 0 ? LogBase() : LogBase{view.log_size, view.root};
  if (end == 0 && base_.size == 0) return absl::OkStatus();
  absl::StatusOr<std::optional<LogBase>> found = ReadBase();
  if (found.ok() && !*found && base_.size > 0 && view.source.identity.empty()) {
    if (absl::Status told = around_.tell_base(partition_, base_); !told.ok()) return told;
    found = ReadBase();
    if (found.ok() && !*found) return Refuse(Reason::SOURCE_UNAVAILABLE, "the topic's first record cannot be read yet");
  }
  if (!found.ok()) return found.status();
  beginning_is_known_ = found->has_value();
  return !*found || **found == base_ ? absl::OkStatus() : OfAnotherBase(**found, base_);
}

absl::StatusOr<std::optional<LogBase>> PartitionSource::ReadBase() {
  if (absl::Status started = around_.consumer.Start(partition_.value, 0); !started.ok()) return started;
  const auto deadline = std::chrono::steady_clock::now() + kCompareMax;
  Polled polled;
  while (polled.kind == Polled::Kind::kNothing && !stopping_ && std::chrono::steady_clock::now() < deadline)
    polled = around_.consumer.Poll(partition_.value, kPoll);
  around_.consumer.Stop(partition_.value);
  if (polled.kind == Polled::Kind::kEnd) return std::optional<LogBase>();
  if (polled.kind == Polled::Kind::kMessage) return around_.reader.Read(polled.message, partition_).base.value_or(LogBase());
  if (polled.kind == Polled::Kind::kNothing) return Refuse(Reason::SOURCE_UNAVAILABLE, "the topic's first record could not be read");
  return polled.status;
}

absl::Status PartitionSource::CompareLast(const partition::SourceProgress& progress) {
  const auto deadline = std::chrono::steady_clock::now() + kCompareMax;
  while (!stopping_ && std::chrono::steady_clock::now() < deadline) {
    const Polled polled = around_.consumer.Poll(partition_.value, kPoll);
    const bool gone = polled.kind == Polled::Kind::kEnd || polled.kind == Polled::Kind::kOutOfRange;
    const bool other = polled.kind == Polled::Kind::kMessage &&
                       (polled.message.offset() != progress.last_offset || FingerprintOf(polled.message) != progress.last_fingerprint);
    if (gone || other) return Diverged(partition_, "the last applied record reads otherwise", progress.last_offset);
    if (polled.kind == Polled::Kind::kMessage) return absl::OkStatus();
    if (polled.kind == Polled::Kind::kFailed) return polled.status;
  }
  return Refuse(Reason::SOURCE_UNAVAILABLE, "the last applied record could not be read again");
}

partition::SourceStep PartitionSource::StepOf(const kafka::Message& message, Reading reading) const {
  partition::SourceStep step;
  step.after = next_;
  step.offset = message.offset();
  step.next = step.offset + 1;
  step.recorded_at = message.timestamp();
  step.fingerprint = FingerprintOf(message);
  step.utc_offset_agreed = utc_offset_agreed_;
  step.submission = std::move(reading.submission);
  step.unreadable = std::move(reading.unreadable);
  if (reading.ticket && around_.pending.IsOurs(*reading.ticket)) {
    step.done = [pending = &around_.pending, number = reading.ticket->number](partition::SubmissionResult result) {
      pending->Finish(number, std::move(result));
    };
  }
  return step;
}

absl::Status PartitionSource::Check(const Reading& reading) {
  if (absl::Status begins = CheckBeginning(reading); !begins.ok()) return begins;
  absl::Status status = CheckUtcOffset(reading);
  if (status.ok()) status = CheckAdmission(reading.submission);
  barred_ = !status.ok();
  return status;
}

// A topic that was empty when it was opened: its first record has come since. The next opening says the same.
absl::Status PartitionSource::CheckBeginning(const Reading& reading) {
  if (std::exchange(beginning_is_known_, true)) return absl::OkStatus();
  const LogBase begins = reading.base.value_or(LogBase());
  return begins == base_ ? absl::OkStatus() : OfAnotherBase(begins, base_);
}

// The first that says one decides: no node that comes later with another can stop those that are there.
absl::Status PartitionSource::CheckUtcOffset(const Reading& reading) {
  if (utc_offset_agreed_ || !reading.utc_offset) return absl::OkStatus();
  const std::string own = FormatUtcOffset(around_.cluster.settings().utc_offset_minutes);
  utc_offset_agreed_ = *reading.utc_offset == own;
  if (utc_offset_agreed_) return absl::OkStatus();
  const std::string said(*reading.utc_offset);
  return Refuse(Reason::SOURCE_FOREIGN,
                fmt::format("the topic is of nodes with UTC offset {}, the directory was made with {}: make it anew with --utc-offset {}",
                            said, own, said),
                {{"utc_offset", said}, {"directory_utc_offset", own}});
}

absl::Status PartitionSource::CheckAdmission(const partition::Submission& submission) const {
  if (!submission.internal) return absl::OkStatus();
  const auto raised = codec::RaisedAdmission(submission.events.front().View());
  return raised ? around_.cluster.CheckAdmissionKnown(*raised) : absl::OkStatus();
}

absl::Status PartitionSource::Take(Polled polled, std::vector<partition::SourceStep>& steps) {
  partition::SourceStep step;
  switch (polled.kind) {
    case Polled::Kind::kNothing:
      return absl::OkStatus();
    case Polled::Kind::kMessage: {
      if (polled.message.offset() < next_) return absl::OkStatus();
      Reading reading = around_.reader.Read(polled.message, partition_);
      if (absl::Status applies = Check(reading); !applies.ok()) return applies;
      step = StepOf(polled.message, std::move(reading));
      break;
    }
    case Polled::Kind::kEnd:
      // Past the last record there may be markers of transactions.
      if (polled.offset <= next_) return absl::OkStatus();
      step.after = next_;
      step.next = polled.offset;
      break;
    case Polled::Kind::kOutOfRange:
    case Polled::Kind::kFailed:
      return polled.status;
  }
  step.source = identity_;
  step.run = run_;
  next_ = step.next;
  steps.push_back(std::move(step));
  return absl::OkStatus();
}

bool PartitionSource::Apply(std::vector<partition::SourceStep>& steps) {
  while (!around_.cluster.TryApply(partition_, steps)) {
    if (IsVoid()) return false;
    Pause(kFullQueueWait);
  }
  return true;
}

// It may be altered while it is read: other partitions, other settings.
absl::Status PartitionSource::CheckTopic() const {
  const absl::StatusOr<std::string> identity = around_.identity(partition_);
  if (!identity.ok() || *identity == *identity_) return identity.status();
  return OfAnotherTopic(*identity_, *identity);
}

absl::Status PartitionSource::Read() {
  std::vector<partition::SourceStep> steps;
  while (!IsVoid()) {
    if (absl::Status topic = CheckTopic(); !topic.ok()) return topic;
    absl::Status taken = Take(around_.consumer.Poll(partition_.value, kPoll), steps);
    while (taken.ok() && !steps.empty() && steps.size() < kStepsAtOnce) {
      Polled polled = around_.consumer.Poll(partition_.value, milliseconds(0));
      if (polled.kind == Polled::Kind::kNothing) break;
      taken = Take(std::move(polled), steps);
    }
    if (!steps.empty() && !Apply(steps)) break;
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

}  // namespace guanxi::intake
