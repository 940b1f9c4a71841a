// Reads that wait for a consistency token. They hold no thread meanwhile: any
// number may wait. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "guanxi/v1/common.pb.h"
#include "guanxid/commit_hub.h"
#include "guanxid/workers.h"
#include "intake/kafka_intake.h"
#include "partition/cluster.h"
#include "rpc/tokens.h"

namespace guanxi::service {

using Deadline = std::chrono::steady_clock::time_point;

// What a read must see: records of logs, and offsets of the Kafka partitions
// they come from. Both inclusive; none: nothing.
struct Freshness {
  std::vector<rpc::PartitionPosition> positions;
  std::vector<rpc::PartitionPosition> offsets;
};
// The freshness that a read asks for by token or offset. CONSISTENCY_TOKEN_INVALID.
// kafka: nullptr without it.
absl::StatusOr<Freshness> FreshnessAsked(const partition::Cluster& cluster, const intake::KafkaIntake* kafka,
                                         const v1::Consistency& consistency);
// POSITION_NOT_REACHED unless the view shows what is asked of its partition.
absl::Status CheckFresh(const partition::View& view, const Freshness& asked);

class FreshReads {
 public:
  FreshReads(partition::Cluster& cluster, CommitHub& commits, Workers& workers);
  ~FreshReads();
  // Runs `read` as soon as the partitions have applied what is asked, at the deadline
  // without that, and at once when the node stops. On a worker, but for a short
  // read that needs not wait: that runs here and now.
  void RunAt(bool is_short, Freshness asked, Deadline deadline, std::function<void()> read);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace guanxi::service
