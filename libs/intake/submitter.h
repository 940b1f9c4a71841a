// Hands this node's submissions to the topic. Each is answered when it came back
// from there and was applied (pending.h). Thread-safe.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "intake/log_base.h"
#include "intake/options.h"
#include "intake/pending.h"
#include "kafka/producer.h"
#include "kafka/transactions.h"
#include "partition/submission.h"

namespace guanxi::intake {

class Outgoing;

class Submitter {
 public:
  using Done = Pending::Done;

  // Does not wait for a broker. INVALID_ARGUMENT: a property.
  static absl::StatusOr<std::unique_ptr<Submitter>> Make(KafkaIntakeOptions options);
  ~Submitter() { Stop(); }

  // What each record says besides (utc_offset.h). Before the first.
  void SayUtcOffset(std::string utc_offset) { utc_offset_ = std::move(utc_offset); }
  // As partition::Intake has them.
  bool TrySubmit(PartitionId partition, partition::Submission& submission, Done& done);
  std::vector<partition::SubmissionResult> SubmitTogether(const std::vector<std::pair<PartitionId, partition::Submission>>& submissions);

  // Waits until it is acknowledged.
  absl::Status TellBase(PartitionId partition, const LogBase& base);
  // The topic is there: the first append need not wait until the producer has heard of it.
  void Prepare();
  // A producer that failed for good is replaced; what it had under way is answered by
  // its reports. To be called now and then.
  void Renew();
  // Where what comes back is answered.
  Pending& pending() { return pending_; }
  // Whoever waits gets OUTCOME_UNKNOWN, whoever comes SHUTTING_DOWN; what has not left
  // yet gets some seconds to.
  void Stop();

 private:
  using Producing = std::unique_ptr<kafka::TransactionalProducer>;

  explicit Submitter(KafkaIntakeOptions options) : options_(std::move(options)) {}
  absl::Status MakeProducer();
  std::shared_ptr<kafka::Producer> Current();
  absl::Status Produce(PartitionId partition, const partition::Submission& submission, Ticket ticket);
  absl::StatusOr<Producing> OpenTransactions() const;
  Ticket Await(const partition::Submission& submission, Done done);
  absl::Status SendTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) const;
  absl::Status ProduceTogether(kafka::TransactionalProducer& producer, const std::deque<Outgoing>& all) const;

  const KafkaIntakeOptions options_;
  std::string utc_offset_;
  std::atomic<bool> stopping_{false};
  Pending pending_;
  std::mutex mutex_;
  std::shared_ptr<kafka::Producer> producer_;
};

}  // namespace guanxi::intake
