// The server streams that follow a log: what Subscribe and WatchTierChanges
// have in common. One message is under way at a time; the next batch is read
// when it was written, so a slow subscriber costs no memory: it reads the log
// later.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/reason.h"
#include "guanxid/node.h"
#include "guanxid/unary.h"
#include "rpc/status.h"

namespace guanxi::service {

inline constexpr size_t kBatchMax = 256;        // events or changes per message
inline constexpr size_t kLookedAtMax = 10'000;  // rows looked at per message
inline constexpr uint64_t kBehindMax = 10'000;  // more than this unread: fell behind
// Where nothing matches, a stream is told how far it is this often.
inline constexpr std::chrono::seconds kCheckpointInterval{1};

// Next rows to deliver, by partition; and how to read them. ResponseType: the
// message; Written: what goes to the wire, its bytes or itself.
template <class ResponseType, class WrittenType = ResponseType>
class TailSource {
 public:
  using Response = ResponseType;
  using Written = WrittenType;

  virtual ~TailSource() = default;
  // Rows that are committed and not delivered.
  virtual uint64_t Backlog() const = 0;
  // Moves on by at most kBatchMax rows delivered and kLookedAtMax looked at. Answers how many rows it delivers.
  virtual absl::StatusOr<size_t> Read(Response& response) = 0;
  // The response with the rows that Read found. Valid until the next Read.
  virtual const Written& Pack(const Response& response) = 0;
  virtual std::string Checkpoint() const = 0;
};

// Deletes itself. Batches are read on the node's workers.
template <class Source>
class TailReactor final : public grpc::ServerWriteReactor<typename Source::Written> {
 public:
  TailReactor(const Node& node, const char* rpc, absl::StatusOr<std::unique_ptr<Source>> source) : node_(node), rpc_(rpc) {
    if (!source.ok()) {
      Close(source.status());
      return;
    }
    source_ = *std::move(source);
    wake_ = node_.tails.Add([this] { Wake(); });
    Wake();
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
      if (!ok) cancelled_ = true;
      // What was committed meanwhile waits for its wake: with what follows it makes one message.
      if (left_over_) work_ = true;
    }
    Continue();
  }

  void OnCancel() override {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
    }
    Continue();
  }

  void OnDone() override {
    if (wake_ != 0) node_.tails.Remove(wake_);
    node_.metrics.StreamDone(rpc_, ended_);
    delete this;
  }

 private:
  void Wake() {
    {
      const std::lock_guard lock(mutex_);
      work_ = true;
    }
    Continue();
  }

  // Starts the next batch when nothing is under way.
  void Continue() {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || busy_ || !(work_ || cancelled_)) return;
      busy_ = true;
      work_ = false;
    }
    node_.workers.Post([this] { Step(); });
  }

  void Step() {
    bool cancelled = false;
    {
      const std::lock_guard lock(mutex_);
      cancelled = cancelled_;
    }
    if (cancelled) return Close(absl::CancelledError("the subscriber left"));
    if (node_.commits.stopping()) return Close(Refuse(Reason::SHUTTING_DOWN, "the server is stopping; resume from the last checkpoint"));
    response_.Clear();
    const absl::StatusOr<size_t> rows = source_->Read(response_);
    if (!rows.ok()) return Close(rows.status());
    const uint64_t backlog = source_->Backlog();
    left_over_ = backlog > 0;
    if (!SetSignal(backlog) && *rows == 0 && !CheckpointIsDue()) return Idle();
    response_.set_checkpoint(source_->Checkpoint());
    told_ = response_.checkpoint();
    told_at_ = std::chrono::steady_clock::now();
    this->StartWrite(&source_->Pack(response_));
  }

  bool CheckpointIsDue() const {
    return std::chrono::steady_clock::now() - told_at_ >= kCheckpointInterval && source_->Checkpoint() != told_;
  }

  // Whether the message says that the subscriber caught up or fell behind.
  bool SetSignal(uint64_t backlog) {
    if (!caught_up_ && backlog == 0) {
      caught_up_ = true;
      response_.mutable_caught_up();
      return true;
    }
    if (caught_up_ && backlog > kBehindMax) {
      caught_up_ = false;
      response_.mutable_fell_behind();
      return true;
    }
    return false;
  }

  // A commit may have come since the read: then goes on. Touches nothing after
  // giving up busy_: a cancellation may delete the reactor from then on.
  void Idle() {
    const std::lock_guard lock(mutex_);
    busy_ = work_ || cancelled_ || left_over_;
    work_ = false;
    if (busy_) node_.workers.Post([this] { Step(); });
  }

  void Close(const absl::Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      closed_ = true;
      ended_ = status;
    }
    this->Finish(guanxi::rpc::ToGrpc(status));
  }

  const Node& node_;
  const char* const rpc_;
  std::unique_ptr<Source> source_;
  uint64_t wake_ = 0;

  // Of whoever holds busy_.
  typename Source::Response response_;
  std::string told_;  // the last checkpoint sent
  std::chrono::steady_clock::time_point told_at_;
  bool caught_up_ = false;  // the last signal sent
  bool left_over_ = false;  // there was more than the last message holds

  std::mutex mutex_;
  bool work_ = false, busy_ = false, cancelled_ = false, closed_ = false;
  absl::Status ended_;
};

}  // namespace guanxi::service
