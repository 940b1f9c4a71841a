#include "guanxid/fresh_reads.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>

#include "base/reason.h"

namespace guanxi::service {

namespace {

absl::Status NotOurs(const char* why) { return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, why); }

absl::Status NotReached(const char* of, const rpc::PartitionPosition& at, uint64_t applied) {
  return Refuse(Reason::POSITION_NOT_REACHED,
                "partition " + std::to_string(at.partition) + " has applied " + std::to_string(applied) + " " + of + ", not yet " +
                    std::to_string(at.position),
                {{"retry_after_ms", "100"}});
}

}  // namespace

absl::StatusOr<Freshness> FreshnessAsked(const partition::Cluster& cluster, const intake::KafkaIntake* kafka,
                                         const v1::Consistency& consistency) {
  Freshness asked;
  if (!consistency.has_at_least_as_fresh()) return asked;
  const v1::ConsistencyToken& given = consistency.at_least_as_fresh();
  if (!given.token().empty() || given.offsets().empty()) {
    absl::StatusOr<rpc::PositionsToken> token =
        rpc::DecodePositions(rpc::TokenKind::kConsistency, given.token(), cluster.settings().log_epoch);
    if (!token.ok()) return token.status();
    asked.positions = std::move(token->positions);
  }
  for (const v1::KafkaOffset& at : given.offsets()) {
    if (kafka == nullptr || at.topic() != kafka->topic()) return NotOurs("the log does not come from the topic of the offset");
    asked.offsets.push_back({at.partition(), at.offset()});
  }
  for (const auto* all : {&asked.positions, &asked.offsets})
    for (const rpc::PartitionPosition& at : *all)
      if (at.partition >= cluster.partitions()) return NotOurs("the token names a partition that is not here");
  return asked;
}

absl::Status CheckFresh(const partition::View& view, const Freshness& asked) {
  for (const rpc::PartitionPosition& at : asked.positions)
    if (at.partition == view.partition.value && view.log_size <= at.position) return NotReached("records", at, view.log_size);
  for (const rpc::PartitionPosition& at : asked.offsets)
    if (at.partition == view.partition.value && view.source.next_offset <= at.position)
      return NotReached("offsets", at, view.source.next_offset);
  return absl::OkStatus();
}

struct FreshReads::Impl : std::enable_shared_from_this<Impl> {
  struct Waiting {
    Freshness asked;
    std::function<void()> read;
    Workers::Timer deadline;
  };

  Impl(partition::Cluster& c, CommitHub& h, Workers& w) : cluster(c), commits(h), workers(w) {}

  bool Reached(const Freshness& asked) const {
    const auto seen = [&](const rpc::PartitionPosition& at) { return CheckFresh(*cluster.ViewOf(PartitionId{at.partition}), asked).ok(); };
    return std::all_of(asked.positions.begin(), asked.positions.end(), seen) &&
           std::all_of(asked.offsets.begin(), asked.offsets.end(), seen);
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
        if (!all && !Reached(it->second.asked)) {
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

  void Add(Freshness asked, Deadline deadline, std::function<void()> read) {
    {
      const std::lock_guard lock(mutex);
      const uint64_t id = next++;
      Waiting& added = waiting[id];
      added = {std::move(asked), std::move(read), {}};
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

void FreshReads::RunAt(bool is_short, Freshness asked, Deadline deadline, std::function<void()> read) {
  if (impl_->Reached(asked)) return is_short ? read() : impl_->workers.Post(std::move(read));
  impl_->Add(std::move(asked), deadline, std::move(read));
}

}  // namespace guanxi::service
