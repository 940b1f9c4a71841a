#include "guanxid/fresh_reads.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "base/reason.h"

namespace guanxi::service {

absl::StatusOr<std::vector<rpc::PartitionPosition>> PositionsAsked(const partition::Cluster& cluster, const v1::Consistency& consistency) {
  if (!consistency.has_at_least_as_fresh()) return std::vector<rpc::PartitionPosition>();
  absl::StatusOr<rpc::PositionsToken> token =
      rpc::DecodePositions(rpc::TokenKind::kConsistency, consistency.at_least_as_fresh().token(), cluster.settings().log_epoch);
  if (!token.ok()) return token.status();
  for (const rpc::PartitionPosition& at : token->positions) {
    if (at.partition >= cluster.partitions()) {
      return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the token names a partition that is not here");
    }
  }
  return std::move(token->positions);
}

struct FreshReads::Impl : std::enable_shared_from_this<Impl> {
  struct Waiting {
    std::vector<rpc::PartitionPosition> positions;
    std::function<void()> read;
    Workers::Timer deadline;
  };

  Impl(partition::Cluster& c, CommitHub& h, Workers& w) : cluster(c), commits(h), workers(w) {}

  bool Reached(const std::vector<rpc::PartitionPosition>& positions) const {
    return std::all_of(positions.begin(), positions.end(),
                       [&](const rpc::PartitionPosition& at) { return cluster.ViewOf(PartitionId{at.partition})->log_size > at.position; });
  }

  // On a partition's thread, after each commit: leaves the work to a worker.
  void Wake() {
    if (waiting_count == 0 || look_posted.exchange(true)) return;
    workers.Post([self = shared_from_this()] {
      self->look_posted = false;
      self->Look();
    });
  }

  void Look() {
    const bool all = commits.stopping();
    std::vector<std::function<void()>> reads;
    {
      const std::lock_guard lock(mutex);
      for (auto it = waiting.begin(); it != waiting.end();) {
        if (!all && !Reached(it->second.positions)) {
          ++it;
          continue;
        }
        reads.push_back(std::move(it->second.read));
        it = waiting.erase(it);
      }
      waiting_count = waiting.size();
    }
    for (std::function<void()>& read : reads) workers.Post(std::move(read));
  }

  void Expire(uint64_t id) {
    std::function<void()> read;
    {
      const std::lock_guard lock(mutex);
      const auto it = waiting.find(id);
      if (it == waiting.end()) return;
      read = std::move(it->second.read);
      waiting.erase(it);
      waiting_count = waiting.size();
    }
    read();
  }

  void Add(std::vector<rpc::PartitionPosition> positions, Deadline deadline, std::function<void()> read) {
    {
      const std::lock_guard lock(mutex);
      const uint64_t id = next++;
      Waiting& added = waiting[id];
      added = {std::move(positions), std::move(read), {}};
      waiting_count = waiting.size();
      added.deadline = workers.At(deadline, [self = shared_from_this(), id] { self->Expire(id); });
    }
    // The commit may have come before it was listed.
    Look();
  }

  partition::Cluster& cluster;
  CommitHub& commits;
  Workers& workers;
  uint64_t wake = 0;
  std::atomic<bool> look_posted{false};
  std::atomic<size_t> waiting_count{0};

  std::mutex mutex;
  std::map<uint64_t, Waiting> waiting;
  uint64_t next = 0;
};

FreshReads::FreshReads(partition::Cluster& cluster, CommitHub& commits, Workers& workers)
    : impl_(std::make_shared<Impl>(cluster, commits, workers)) {
  impl_->wake = commits.Add([impl = impl_.get()] { impl->Wake(); });
}

FreshReads::~FreshReads() { impl_->commits.Remove(impl_->wake); }

void FreshReads::RunAt(bool is_short, std::vector<rpc::PartitionPosition> positions, Deadline deadline, std::function<void()> read) {
  if (impl_->Reached(positions)) return is_short ? read() : impl_->workers.Post(std::move(read));
  impl_->Add(std::move(positions), deadline, std::move(read));
}

}  // namespace guanxi::service
