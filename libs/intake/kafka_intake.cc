#include "intake/kafka_intake.h"

#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "base/reason.h"
#include "intake/end_offsets.h"
#include "intake/misplaced.h"
#include "intake/partition_source.h"
#include "intake/topic_rules.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "kafka/transactions.h"
#include "partition/submission_coding.h"

namespace guanxi::intake {
namespace {

using partition::Submission;
using partition::SubmissionResult;
using std::chrono::milliseconds;

constexpr milliseconds kDescribeMax{5'000};
constexpr milliseconds kLookAgainAfter{1'000};
constexpr milliseconds kTransactionsBegunMax{30'000};
constexpr milliseconds kTransactionMax{10'000};
constexpr milliseconds kAbortMax{2'000};
constexpr int kShowEveryLooks = 5;

Timestamp Now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

SubmissionResult All(size_t events, const absl::Status& status) {
  SubmissionResult result(events);
  for (partition::EventOutcome& outcome : result) outcome.status = status;
  return result;
}

absl::Status ShuttingDown() { return Refuse(Reason::SHUTTING_DOWN, "the server is stopping"); }

// A submission as it lies in the topic. The submission outlives it.
class Outgoing {
 public:
  Outgoing(PartitionId partition, const Submission& submission, Ticket ticket)
      : ticket_(ticket), value_(partition::EncodeSubmission(submission)), ticket_bytes_(EncodeTicket(ticket)) {
    record_ = {partition.value,
               submission.events.front().account_id,
               value_,
               {{kContentTypeHeader, partition::kSubmissionContentType}, {kTicketHeader, ticket_bytes_}}};
  }
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;
  Ticket ticket() const { return ticket_; }
  const kafka::OutgoingRecord& record() const { return record_; }

 private:
  const Ticket ticket_;
  const std::string value_, ticket_bytes_;
  kafka::OutgoingRecord record_;  // points into these
};

}  // namespace

struct KafkaIntake::Impl {
  explicit Impl(KafkaIntakeOptions o) : options(std::move(o)) {}

  absl::Status MakeProducer() {
    auto made = kafka::Producer::Make({options.connection, options.topic});
    if (!made.ok()) return made.status();
    const std::lock_guard lock(producer_mutex);
    producer = *std::move(made);
    return absl::OkStatus();
  }

  // A producer that failed for good is replaced; what it had under way is answered by its reports.
  absl::Status Produce(PartitionId partition, const Submission& submission, Ticket ticket) {
    const auto report = [this, number = ticket.number](const kafka::Delivery& delivery) {
      if (!delivery.status.ok()) pending.Refuse(number, delivery.status);
    };
    std::shared_ptr<kafka::Producer> current;
    {
      const std::lock_guard lock(producer_mutex);
      current = producer;
    }
    if (current == nullptr) return ShuttingDown();
    return current->Send(Outgoing(partition, submission, ticket).record(), report);
  }

  // A ticket that nobody waits with when the server is stopping: `done` has run then.
  Ticket Await(const Submission& submission, Pending::Done done) {
    const auto deadline = std::chrono::steady_clock::now() + kTransactionMax + options.outcome_timeout;
    const std::optional<Ticket> ticket = pending.Add(submission.events.size(), deadline, done);
    if (!ticket) done(All(submission.events.size(), ShuttingDown()));
    return ticket.value_or(Ticket());
  }

  absl::Status SendTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) {
    if (stopping) return ShuttingDown();
    if (absl::Status begun = producer.Begin(); !begun.ok()) return begun;
    for (const Outgoing& one : all)
      if (absl::Status sent = producer.Send(options.topic, one.record()); !sent.ok()) return sent;
    return producer.Flush(kTransactionMax);
  }

  // OUTCOME_UNKNOWN: perhaps all of it; otherwise, but for OK, none. What failed is ended at
  // once: readers stand before an open transaction.
  absl::Status ProduceTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) {
    if (absl::Status sent = SendTogether(producer, all); !sent.ok()) {
      (void)producer.Abort(kAbortMax);
      return sent;
    }
    options.before_commit();
    absl::Status committed = producer.Commit(kTransactionMax);
    if (committed.ok() || producer.Abort(kAbortMax).ok()) return committed;
    return Refuse(Reason::OUTCOME_UNKNOWN, std::string(committed.message()), {{"why", "the transaction's commit failed"}});
  }

  // The topic is looked at until it is as it must be; from then on what others left undone is done.
  void Keep(KafkaIntake& self) {
    while (!stopping) {
      if (!Identified()) Identify(self);
      if (Identified() && self.HasSeenThePast()) {
        if (!finished) finished = cluster->FinishControlRecords().ok();
        misplaced->SendOn();
      }
      RenewProducer();
      std::unique_lock lock(mutex);
      wake.wait_for(lock, kLookAgainAfter, [this] { return stopping.load(); });
    }
  }

  void RenewProducer() {
    std::shared_ptr<kafka::Producer> old;
    {
      const std::lock_guard lock(producer_mutex);
      if (producer->failed_for_good()) old = producer;
    }
    if (old != nullptr) (void)MakeProducer();
  }

  bool Identified() const {
    const std::lock_guard lock(mutex);
    return topic_status.ok();
  }

  void Identify(KafkaIntake& self) {
    absl::StatusOr<kafka::TopicDescription> described = self.Describe(kDescribeMax);
    absl::Status status = described.status();
    if (described.ok() && described->partitions != cluster->partitions()) {
      status = Refuse(Reason::SOURCE_FOREIGN,
                      fmt::format("{} has {} partitions, the directory {}", options.topic, described->partitions, cluster->partitions()),
                      {{"topic_partitions", std::to_string(described->partitions)}, {"partitions", std::to_string(cluster->partitions())}});
    }
    const std::lock_guard lock(mutex);
    topic_status = status;
  }

  absl::StatusOr<std::string> IdentityOf(PartitionId partition) const {
    const std::lock_guard lock(mutex);
    if (!topic_status.ok()) return topic_status;
    return intake::IdentityOf(cluster_id, options.topic, partition.value);
  }

  void Looked() {
    if (++looks % kShowEveryLooks != 0) return;
    std::vector<uint64_t> applied;
    for (uint32_t p = 0; p < cluster->partitions(); ++p) applied.push_back(cluster->ViewOf(PartitionId(p))->source.next_offset);
    consumer->ShowApplied(applied);
  }

  const KafkaIntakeOptions options;
  std::unique_ptr<kafka::Admin> admin;
  std::unique_ptr<kafka::Consumer> consumer;
  Pending pending;
  std::mutex producer_mutex;
  std::shared_ptr<kafka::Producer> producer;

  partition::Cluster* cluster = nullptr;
  std::unique_ptr<MessageReader> reader;
  std::unique_ptr<Misplaced> misplaced;  // of the keeper's thread
  std::vector<std::unique_ptr<PartitionSource>> sources;
  std::atomic<bool> reading{false};
  std::unique_ptr<EndOffsets> ends;
  int looks = 0;
  bool finished = false;

  mutable std::mutex mutex;
  std::condition_variable wake;
  std::atomic<bool> stopping{false};
  absl::Status topic_status = Refuse(Reason::SOURCE_UNAVAILABLE, "the topic was not looked at yet");
  std::string cluster_id;
  std::thread keeper;
};

KafkaIntake::KafkaIntake(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KafkaIntake::~KafkaIntake() { Stop(); }

absl::StatusOr<std::unique_ptr<KafkaIntake>> KafkaIntake::Open(KafkaIntakeOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  auto admin = kafka::Admin::Make(impl->options.connection);
  if (!admin.ok()) return admin.status();
  impl->admin = *std::move(admin);
  auto consumer = kafka::Consumer::Make({impl->options.connection, impl->options.topic, impl->options.group, impl->options.queue_kib});
  if (!consumer.ok()) return consumer.status();
  impl->consumer = *std::move(consumer);
  if (absl::Status made = impl->MakeProducer(); !made.ok()) return made;
  return std::unique_ptr<KafkaIntake>(new KafkaIntake(std::move(impl)));
}

absl::StatusOr<kafka::TopicDescription> KafkaIntake::Describe(milliseconds timeout) {
  absl::StatusOr<kafka::TopicDescription> described = impl_->admin->Describe(impl_->options.topic, timeout);
  if (!described.ok()) return described;
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->cluster_id = described->cluster_id;
  }
  if (absl::Status suits = CheckEventsTopic(impl_->options.topic, *described); !suits.ok()) return suits;
  return described;
}

void KafkaIntake::Start(partition::Cluster& cluster) {
  impl_->cluster = &cluster;
  impl_->reader = std::make_unique<MessageReader>(cluster.partitions());
  impl_->misplaced = std::make_unique<Misplaced>(cluster);
  impl_->Identify(*this);
  const auto identity = [impl = impl_.get()](PartitionId partition) { return impl->IdentityOf(partition); };
  for (uint32_t p = 0; p < cluster.partitions(); ++p) {
    const PartitionSource::Surroundings around{*impl_->consumer, cluster, impl_->pending, *impl_->reader, identity};
    impl_->sources.push_back(std::make_unique<PartitionSource>(around, PartitionId(p)));
  }
  impl_->ends = std::make_unique<EndOffsets>(*impl_->consumer, cluster.partitions(), [impl = impl_.get()] { impl->Looked(); });
  // From here on a reader can be told to read again.
  impl_->reading = true;
  for (auto& source : impl_->sources) source->Start();
  impl_->keeper = std::thread([this] { impl_->Keep(*this); });
}

void KafkaIntake::Stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping.exchange(true)) return;
  }
  impl_->wake.notify_all();
  // Ends what the keeper may be waiting for.
  impl_->pending.Stop();
  // All of them at once: each may wait for an answer of the brokers.
  for (auto& source : impl_->sources) source->AskToStop();
  if (impl_->keeper.joinable()) impl_->keeper.join();
  if (impl_->ends != nullptr) impl_->ends->Stop();
  for (auto& source : impl_->sources) source->Stop();
  const std::lock_guard lock(impl_->producer_mutex);
  impl_->producer.reset();
}

bool KafkaIntake::TrySubmit(PartitionId partition, Submission& submission, std::function<void(SubmissionResult)>& done) {
  const size_t events = submission.events.size();
  if (impl_->pending.events() + events > impl_->options.pending_events_max && !submission.internal) return false;
  const auto deadline = submission.deadline.value_or(std::chrono::steady_clock::now() + impl_->options.outcome_timeout);
  const std::optional<Ticket> ticket = impl_->pending.Add(events, deadline, done);
  if (!ticket) {
    done(All(events, ShuttingDown()));
    return true;
  }
  const absl::Status sent = impl_->Produce(partition, submission, *ticket);
  if (sent.ok()) return true;
  const ReasonEntry* const reason = ReasonOf(sent);
  if (reason == nullptr || reason->reason != Reason::OVERLOADED) {
    impl_->pending.Refuse(ticket->number, sent);
    return true;
  }
  done = impl_->pending.Take(ticket->number);
  // Gone: its deadline was shorter than this call.
  return done == nullptr;
}

std::vector<SubmissionResult> KafkaIntake::SubmitTogether(std::vector<std::pair<PartitionId, Submission>> submissions) {
  std::vector<SubmissionResult> results;
  const auto producer =
      kafka::TransactionalProducer::Make({impl_->options.connection, "guanxi-control-" + impl_->options.topic,
                                          impl_->options.together_open_max, [impl = impl_.get()] { return impl->stopping.load(); }},
                                         kTransactionsBegunMax);
  if (!producer.ok()) {
    for (const auto& [partition, submission] : submissions) results.push_back(All(submission.events.size(), producer.status()));
    return results;
  }
  std::deque<Outgoing> all;
  std::vector<std::future<SubmissionResult>> outcomes;
  for (const auto& [partition, submission] : submissions) {
    auto outcome = std::make_shared<std::promise<SubmissionResult>>();
    outcomes.push_back(outcome->get_future());
    all.emplace_back(partition, submission,
                     impl_->Await(submission, [outcome](SubmissionResult result) { outcome->set_value(std::move(result)); }));
  }
  const absl::Status produced = impl_->ProduceTogether(**producer, all);
  for (const Outgoing& one : all)
    if (!produced.ok()) impl_->pending.Refuse(one.ticket().number, produced);
  for (auto& outcome : outcomes) results.push_back(outcome.get());
  return results;
}

bool KafkaIntake::HasSeenThePast() const {
  if (!impl_->reading) return false;
  for (const auto& source : impl_->sources)
    if (!source->HasSeenThePast()) return false;
  return true;
}

void KafkaIntake::ReadAgain(PartitionId partition, uint64_t run) {
  if (impl_->reading) impl_->sources[partition.value]->ReadAgain(run);
}

void KafkaIntake::AskEnds(std::function<void(const Ends&)> done) { impl_->ends->Ask(std::move(done)); }

SourceStatus KafkaIntake::StatusOf(PartitionId partition) const {
  const partition::SourceProgress progress = impl_->cluster->ViewOf(partition)->source;
  SourceStatus status;
  status.applied_offset = progress.next_offset;
  status.end_offset = std::max(impl_->ends->Known(partition.value), progress.next_offset);
  if (status.applied_offset < status.end_offset && progress.has_last)
    status.lag_seconds = static_cast<double>(Now().micros - progress.last_time.micros) / kMicrosPerSecond;
  status.state = impl_->sources[partition.value]->status();
  if (status.state.ok()) status.state = impl_->ends->status();
  return status;
}

const std::string& KafkaIntake::topic() const { return impl_->options.topic; }
const std::string& KafkaIntake::brokers() const { return impl_->options.connection.brokers; }

std::string KafkaIntake::cluster_id() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->cluster_id;
}

}  // namespace guanxi::intake
