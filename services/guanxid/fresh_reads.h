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
#include "partition/cluster.h"
#include "rpc/tokens.h"

namespace guanxi::service {

using Deadline = std::chrono::steady_clock::time_point;

// The positions a read must see; none when it asks for no token.
// CONSISTENCY_TOKEN_INVALID.
absl::StatusOr<std::vector<rpc::PartitionPosition>> PositionsAsked(const partition::Cluster& cluster, const v1::Consistency& consistency);

class FreshReads {
 public:
  FreshReads(partition::Cluster& cluster, CommitHub& commits, Workers& workers);
  ~FreshReads();
  // Runs `read` as soon as the partitions have applied `positions`, at the deadline
  // without that, and at once when the node stops. On a worker, but for a short
  // read that needs not wait: that runs here and now.
  void RunAt(bool is_short, std::vector<rpc::PartitionPosition> positions, Deadline deadline, std::function<void()> read);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace guanxi::service
