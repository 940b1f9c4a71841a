#include "guanxid/rebuild_stream.h"

#include <deque>
#include <mutex>

#include "base/reason.h"
#include "rpc/status.h"

namespace guanxi::service {
namespace {

constexpr uint64_t kRecordsPerMessage = 10'000;

class RebuildReactor final : public grpc::ServerWriteReactor<v1::RebuildViewsResponse> {
 public:
  RebuildReactor(const Node& node, const v1::RebuildViewsRequest& request) : node_(node), request_(request) {
    node_.rebuilds.Post([this] { End(RebuildAll()); });
  }

  void OnWriteDone(bool ok) override {
    std::unique_lock lock(mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
    WriteNext(lock);
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  void OnDone() override {
    node_.metrics.StreamDone("AdminService.RebuildViews", result_);
    delete this;
  }

 private:
  absl::Status RebuildAll() {
    const uint32_t count = node_.cluster.partitions();
    if (request_.has_partition() && request_.partition() >= count) {
      return Refuse(Reason::REQUEST_INVALID, "there is no such partition", {{"field", "partition"}});
    }
    const uint32_t first = request_.has_partition() ? request_.partition() : 0;
    const uint32_t last = request_.has_partition() ? request_.partition() + 1 : count;
    for (uint32_t p = first; p < last && !Left(); ++p)
      if (absl::Status rebuilt = RebuildOne(p); !rebuilt.ok()) return rebuilt;
    return absl::OkStatus();
  }

  absl::Status RebuildOne(uint32_t partition) {
    uint64_t told = 0;
    const auto progress = [&](uint64_t done, uint64_t total) {
      if (node_.commits.stopping()) return false;
      if (done < told + kRecordsPerMessage) return true;
      told = done;
      v1::RebuildViewsResponse message;
      message.set_partition(partition);
      message.set_records_done(done);
      message.set_records_total(total);
      Tell(std::move(message));
      return true;
    };
    const absl::StatusOr<partition::RebuildReport> report = node_.cluster.Rebuild(PartitionId{partition}, request_.verify_only(), progress);
    if (absl::IsCancelled(report.status())) return Refuse(Reason::SHUTTING_DOWN, "the server is stopping");
    if (!report.ok()) return report.status();
    v1::RebuildViewsResponse message;
    message.set_partition(partition);
    message.set_records_done(report->records);
    message.set_records_total(report->records);
    message.set_finished(true);
    message.set_rows_compared(report->rows_compared);
    message.set_rows_different(report->rows_different);
    Tell(std::move(message));
    return absl::OkStatus();
  }

  bool Left() {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

  void Tell(v1::RebuildViewsResponse message) {
    std::unique_lock lock(mutex_);
    // Unread progress is worth nothing once there is newer; results are kept.
    if (!waiting_.empty() && !waiting_.back().finished()) waiting_.pop_back();
    waiting_.push_back(std::move(message));
    WriteNext(lock);
  }

  void End(const absl::Status& status) {
    std::unique_lock lock(mutex_);
    ended_ = true;
    result_ = status;
    WriteNext(lock);
  }

  // Writes what waits, or finishes. Unlocks before it calls gRPC: Finish may delete the reactor.
  void WriteNext(std::unique_lock<std::mutex>& lock) {
    if (writing_ || closed_) return;
    if (!cancelled_ && !waiting_.empty()) {
      writing_ = true;
      message_ = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      return StartWrite(&message_);
    }
    if (!ended_) return;
    closed_ = true;
    const grpc::Status answer = rpc::ToGrpc(result_);
    lock.unlock();
    Finish(answer);
  }

  const Node& node_;
  const v1::RebuildViewsRequest request_;
  v1::RebuildViewsResponse message_;

  std::mutex mutex_;
  std::deque<v1::RebuildViewsResponse> waiting_;
  bool writing_ = false, cancelled_ = false, ended_ = false, closed_ = false;
  absl::Status result_;
};

}  // namespace

grpc::ServerWriteReactor<v1::RebuildViewsResponse>* StartRebuild(const Node& node, const v1::RebuildViewsRequest& request) {
  return new RebuildReactor(node, request);
}

}  // namespace guanxi::service
