// intake: joins partitions and Kafka. The log of a partition becomes a function
// of its Kafka partition: submissions are produced to the topic, read back in its
// order, and applied; whoever reads the same offsets has the same log. Knows
// nothing of gRPC, nor of what an event means.
//
// Open, then open the cluster with this as its intake, then Start. Stop before
// the cluster is destroyed; destroy after it. Thread-safe but for these.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "intake/options.h"
#include "kafka/admin.h"
#include "partition/cluster.h"
#include "partition/intake.h"

namespace guanxi::intake {

// Where a partition stands.
struct SourceStatus {
  uint64_t applied_offset = 0;  // the next to apply
  uint64_t end_offset = 0;      // when it was last asked for
  double lag_seconds = 0;       // for how long at most something has waited to be applied; of what came before the start: since then
  absl::Status state;           // OK: consuming
};

class KafkaIntake final : public partition::Intake {
 public:
  using Ends = absl::StatusOr<std::vector<uint64_t>>;

  // Does not wait for a broker. INVALID_ARGUMENT: a property.
  static absl::StatusOr<std::unique_ptr<KafkaIntake>> Open(KafkaIntakeOptions options);
  ~KafkaIntake() override;

  // The topic, when it is as it must be: SOURCE_UNAVAILABLE, TOPIC_MISSING, TOPIC_UNSUITABLE.
  absl::StatusOr<kafka::TopicDescription> Describe(std::chrono::milliseconds timeout);

  // Begins to read for the cluster, and to produce what it submits. Waits some seconds
  // for the brokers, so that what is submitted afterwards is taken. A directory that is new to
  // a long topic takes nothing until that was read: it may turn out to be of another UTC offset.
  void Start(partition::Cluster& cluster);
  // Reads no more; whoever still waits gets OUTCOME_UNKNOWN.
  void Stop();

  bool TrySubmit(PartitionId partition, partition::Submission& submission, std::function<void(partition::SubmissionResult)>& done) override;
  // In one transaction, under an id that all nodes of the topic share: of two at once
  // the first may be ended by the second.
  std::vector<partition::SubmissionResult> SubmitTogether(std::vector<std::pair<PartitionId, partition::Submission>> submissions) override;
  absl::Status Accepts(PartitionId partition) const override;
  bool HasSeenThePast() const override;
  absl::Status CatchUp(std::chrono::steady_clock::time_point deadline) override;
  void ReadAgain(PartitionId partition, uint64_t run) override;

  // The partitions' ends, asked for after this call; why the topic is not the log's while it
  // is not. `done` must not block.
  void AskEnds(std::function<void(const Ends&)> done);
  SourceStatus StatusOf(PartitionId partition) const;
  const std::string& topic() const;
  const std::string& brokers() const;
  // Empty while it is not known.
  std::string cluster_id() const;

 private:
  struct Impl;
  explicit KafkaIntake(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::intake
