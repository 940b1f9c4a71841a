#include "intake/kafka_intake.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "base/reason.h"
#include "intake/end_offsets.h"
#include "intake/events_topic.h"
#include "intake/misplaced.h"
#include "intake/partition_source.h"
#include "intake/submitter.h"
#include "intake/utc_offset.h"
#include "kafka/consumer.h"

namespace guanxi::intake {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kDescribeMax{5'000};
constexpr milliseconds kGlance{5};
constexpr milliseconds kKeepEvery{1'000};
constexpr milliseconds kLookEvery{5'000};
constexpr int kShowEveryLooks = 5;
constexpr milliseconds kFirstLookMax{5'000};

Timestamp Now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

}  // namespace

struct KafkaIntake::Impl {
  using Deadline = std::chrono::steady_clock::time_point;

  explicit Impl(KafkaIntakeOptions o) : options(std::move(o)) {}

  absl::Status Open() {
    auto admin = kafka::Admin::Make(options.connection);
    if (!admin.ok()) return admin.status();
    topic = std::make_unique<EventsTopic>(*std::move(admin), options.topic);
    auto reads = kafka::Consumer::Make({options.connection, options.topic, options.group, options.queue_kib});
    if (!reads.ok()) return reads.status();
    consumer = *std::move(reads);
    auto writes = Submitter::Make(options);
    if (!writes.ok()) return writes.status();
    submitter = *std::move(writes);
    return absl::OkStatus();
  }

  void MakeReaders() {
    reader = std::make_unique<MessageReader>(cluster->partitions());
    const auto identity = [this](PartitionId partition) { return topic->IdentityOf(partition); };
    const auto tell_base = [this](PartitionId partition, const LogBase& base) { return submitter->TellBase(partition, base); };
    for (uint32_t p = 0; p < cluster->partitions(); ++p) {
      const PartitionSource::Surroundings around{*consumer, *cluster, submitter->pending(), *reader, identity, tell_base};
      sources.push_back(std::make_unique<PartitionSource>(around, PartitionId(p)));
    }
    at_end = std::vector<std::atomic<int64_t>>(cluster->partitions());
    for (auto& micros : at_end) micros = Now().micros;
    ends = std::make_unique<EndOffsets>(*consumer, cluster->partitions(), [this](const Ends& found) { Looked(found); });
  }

  void Look() {
    topic->Look(cluster->partitions(), kDescribeMax);
    looked_at = std::chrono::steady_clock::now();
  }

  // The topic is looked at until it is as it must be, and then whether it stays so; what others left undone is done.
  void Keep() {
    while (!stopping) {
      if (!topic->status().ok() || std::chrono::steady_clock::now() - looked_at >= kLookEvery) Look();
      if (topic->status().ok()) submitter->Prepare();
      if (topic->status().ok() && HasSeenThePast()) {
        if (!finished) finished = cluster->FinishControlRecords().ok();
        misplaced->SendOn();
      }
      submitter->Renew();
      std::unique_lock lock(mutex);
      wake.wait_for(lock, kKeepEvery, [this] { return stopping.load(); });
    }
  }

  bool HasSeenThePast() const {
    if (!reading) return false;
    for (const auto& source : sources)
      if (!source->HasSeenThePast()) return false;
    return true;
  }

  // What a node of another UTC offset wrote could not be taken back: one that the topic does not know
  // yet writes nothing before it has read what others said.
  absl::Status KnowsTopic() const {
    if (knows_topic) return absl::OkStatus();
    bool agreed = HasSeenThePast();
    for (uint32_t p = 0; p < sources.size(); ++p) agreed = agreed || cluster->ViewOf(PartitionId(p))->source.utc_offset_agreed;
    knows_topic = agreed;
    for (const auto& source : sources)
      if (absl::Status accepts = source->Accepts(); !agreed && !accepts.ok()) return accepts;
    return agreed ? absl::OkStatus() : Refuse(Reason::SOURCE_UNAVAILABLE, "what the topic holds was not read yet");
  }

  absl::Status Accepts(PartitionId partition) const {
    if (!reading) return Refuse(Reason::SOURCE_UNAVAILABLE, "the topic was not looked at yet");
    absl::Status accepts = sources[partition.value]->Accepts();
    if (accepts.ok()) accepts = KnowsTopic();
    return accepts.ok() ? ends->Outage() : accepts;
  }

  // A short topic is read meanwhile.
  void AwaitKnowledge(std::chrono::steady_clock::time_point deadline) {
    const auto reads = [](const auto& source) { return source->status().ok(); };
    std::unique_lock lock(mutex);
    while (!stopping && !KnowsTopic().ok() && std::all_of(sources.begin(), sources.end(), reads) &&
           std::chrono::steady_clock::now() < deadline)
      wake.wait_for(lock, kGlance);
  }

  void AskEnds(std::function<void(const Ends&)> done) {
    const absl::Status found = topic->status();
    // Where the partitions end that we read says nothing about what it holds besides.
    if (!found.ok() && !IsAway(found)) return done(found);
    ends->Ask(std::move(done));
  }

  Ends AskEndsAndWait(Deadline deadline) {
    const auto asked = std::make_shared<std::promise<Ends>>();
    auto answer = asked->get_future();
    AskEnds([asked](const Ends& given) { asked->set_value(given); });
    if (answer.wait_until(deadline) == std::future_status::ready) return answer.get();
    return Refuse(Reason::SOURCE_UNAVAILABLE, "the brokers did not say in time where the topic ends");
  }

  absl::Status CheckApplied(const std::vector<uint64_t>& before) const {
    for (uint32_t p = 0; p < before.size(); ++p) {
      const uint64_t applied = cluster->ViewOf(PartitionId(p))->source.next_offset;
      if (applied >= before[p] && sources[p]->HasSeenThePast()) continue;
      return Refuse(Reason::POSITION_NOT_REACHED, fmt::format("partition {} has applied {} offsets of {}", p, applied, before[p]),
                    {{"partition", std::to_string(p)}, {"retry_after_ms", "1000"}});
    }
    return absl::OkStatus();
  }

  absl::Status AwaitApplied(const std::vector<uint64_t>& before, Deadline deadline) {
    std::mutex waiting;
    std::condition_variable committed;
    const uint64_t listener = cluster->AddCommitListener([&](PartitionId) {
      const std::lock_guard lock(waiting);
      committed.notify_all();
    });
    absl::Status applied;
    {
      std::unique_lock lock(waiting);
      for (applied = CheckApplied(before); !applied.ok() && !stopping && std::chrono::steady_clock::now() < deadline;
           applied = CheckApplied(before))
        committed.wait_until(lock, std::min(deadline, std::chrono::steady_clock::now() + kKeepEvery));
    }
    cluster->RemoveCommitListener(listener);
    return applied;
  }

  absl::Status CatchUp(Deadline deadline) {
    for (uint32_t p = 0; p < cluster->partitions(); ++p)
      if (absl::Status accepts = Accepts(PartitionId(p)); !accepts.ok() && !IsAway(accepts)) return accepts;
    const Ends before = AskEndsAndWait(deadline);
    return before.ok() ? AwaitApplied(*before, deadline) : before.status();
  }

  absl::Status AcceptsAll(const std::vector<std::pair<PartitionId, partition::Submission>>& submissions) const {
    for (const auto& [partition, submission] : submissions)
      if (absl::Status accepts = Accepts(partition); !accepts.ok()) return accepts;
    return absl::OkStatus();
  }

  // What waits to be applied came after the end was seen applied, and after the newest that is.
  double SecondsBehind(uint32_t partition, const partition::SourceProgress& progress) const {
    const int64_t since = std::max<int64_t>(at_end[partition], progress.has_last ? progress.last_time.micros : 0);
    return static_cast<double>(std::max<int64_t>(Now().micros - since, 0)) / kMicrosPerSecond;
  }

  void Looked(const Ends& found) {
    for (uint32_t p = 0; found.ok() && p < cluster->partitions(); ++p)
      if (cluster->ViewOf(PartitionId(p))->source.next_offset >= (*found)[p]) at_end[p] = Now().micros;
    if (++looks % kShowEveryLooks != 0) return;
    std::vector<uint64_t> applied;
    for (uint32_t p = 0; p < cluster->partitions(); ++p) applied.push_back(cluster->ViewOf(PartitionId(p))->source.next_offset);
    consumer->ShowApplied(applied);
  }

  // All of them at once: each may wait for an answer of the brokers.
  void AskToStop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    for (auto& source : sources) source->AskToStop();
  }

  const KafkaIntakeOptions options;
  std::unique_ptr<EventsTopic> topic;
  std::unique_ptr<kafka::Consumer> consumer;
  std::unique_ptr<Submitter> submitter;

  partition::Cluster* cluster = nullptr;
  std::unique_ptr<MessageReader> reader;
  std::unique_ptr<Misplaced> misplaced;  // of the keeper's thread
  std::vector<std::unique_ptr<PartitionSource>> sources;
  std::atomic<bool> reading{false};
  mutable std::atomic<bool> knows_topic{false};
  std::vector<std::atomic<int64_t>> at_end;  // Unix microseconds: when all of the partition was seen applied; of none the start
  std::unique_ptr<EndOffsets> ends;
  int looks = 0;
  bool finished = false;
  std::chrono::steady_clock::time_point looked_at;  // of the keeper's thread once it runs

  std::mutex mutex;
  std::condition_variable wake;
  std::atomic<bool> stopping{false}, stopped{false};
  std::thread keeper;
};

KafkaIntake::KafkaIntake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaIntake::~KafkaIntake() { Stop(); }

absl::StatusOr<std::unique_ptr<KafkaIntake>> KafkaIntake::Open(KafkaIntakeOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status opened = impl->Open(); !opened.ok()) return opened;
  return std::unique_ptr<KafkaIntake>(new KafkaIntake(std::move(impl)));
}

absl::StatusOr<kafka::TopicDescription> KafkaIntake::Describe(milliseconds timeout) { return impl_->topic->Describe(timeout); }

void KafkaIntake::Start(partition::Cluster& cluster) {
  impl_->cluster = &cluster;
  impl_->misplaced = std::make_unique<Misplaced>(cluster);
  impl_->submitter->SayUtcOffset(FormatUtcOffset(cluster.settings().utc_offset_minutes));
  impl_->Look();
  impl_->MakeReaders();
  // From here on a reader can be told to read again.
  impl_->reading = true;
  for (auto& source : impl_->sources) source->Start();
  const auto deadline = std::chrono::steady_clock::now() + kFirstLookMax;
  for (auto& source : impl_->sources) source->AwaitFirstLook(deadline);
  impl_->AwaitKnowledge(deadline);
  impl_->keeper = std::thread([impl = impl_.get()] { impl->Keep(); });
}

void KafkaIntake::Stop() {
  if (impl_->stopped.exchange(true)) return;
  impl_->AskToStop();
  // Answers what the keeper may be waiting for.
  impl_->submitter->Stop();
  if (impl_->keeper.joinable()) impl_->keeper.join();
  if (impl_->ends != nullptr) impl_->ends->Stop();
  for (auto& source : impl_->sources) source->Stop();
}

bool KafkaIntake::TrySubmit(PartitionId partition, partition::Submission& submission,
                            std::function<void(partition::SubmissionResult)>& done) {
  const absl::Status accepts = impl_->Accepts(partition);
  if (accepts.ok()) return impl_->submitter->TrySubmit(partition, submission, done);
  done(partition::AllRefused(submission.events.size(), accepts));
  return true;
}

std::vector<partition::SubmissionResult> KafkaIntake::SubmitTogether(
    std::vector<std::pair<PartitionId, partition::Submission>> submissions) {
  const absl::Status accepts = impl_->AcceptsAll(submissions);
  if (accepts.ok()) return impl_->submitter->SubmitTogether(submissions);
  std::vector<partition::SubmissionResult> refused;
  refused.reserve(submissions.size());
  for (const auto& [partition, submission] : submissions) refused.push_back(partition::AllRefused(submission.events.size(), accepts));
  return refused;
}

absl::Status KafkaIntake::Accepts(PartitionId partition) const { return impl_->Accepts(partition); }

bool KafkaIntake::HasSeenThePast() const { return impl_->HasSeenThePast(); }

absl::Status KafkaIntake::CatchUp(std::chrono::steady_clock::time_point deadline) { return impl_->CatchUp(deadline); }

void KafkaIntake::ReadAgain(PartitionId partition, uint64_t run) {
  if (impl_->reading) impl_->sources[partition.value]->ReadAgain(run);
}

void KafkaIntake::AskEnds(std::function<void(const Ends&)> done) { impl_->AskEnds(std::move(done)); }

SourceStatus KafkaIntake::StatusOf(PartitionId partition) const {
  const partition::SourceProgress progress = impl_->cluster->ViewOf(partition)->source;
  SourceStatus status;
  status.applied_offset = progress.next_offset;
  status.end_offset = std::max(impl_->ends->Known(partition.value), progress.next_offset);
  if (status.applied_offset < status.end_offset) status.lag_seconds = impl_->SecondsBehind(partition.value, progress);
  status.state = impl_->sources[partition.value]->status();
  if (status.state.ok()) status.state = impl_->ends->status();
  return status;
}

const std::string& KafkaIntake::topic() const { return impl_->options.topic; }
const std::string& KafkaIntake::brokers() const { return impl_->options.connection.brokers; }
std::string KafkaIntake::cluster_id() const { return impl_->topic->cluster_id(); }

}  // namespace guanxi::intake
