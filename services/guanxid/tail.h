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

// Next rows to deliver, by partition; and how to read them.
template <class Response>
class TailSource {
 public:
  virtual ~TailSource() = default;
  // Rows that are committed and not delivered.
  virtual uint64_t Backlog() const = 0;
  // Moves on by at most kBatchMax rows delivered and kLookedAtMax looked at.
  virtual absl::Status Read(Response& response) = 0;
  virtual std::string Checkpoint() const = 0;
};

// Deletes itself. Batches are read on the node's workers.
template <class Response>
class TailReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  TailReactor(const Node& node, const char* rpc, absl::StatusOr<std::unique_ptr<TailSource<Response>>> source)
      : node_(node), rpc_(rpc), start_(source.status()) {
    if (!source.ok()) {
      Close(source.status());
      return;
    }
    source_ = *std::move(source);
    wake_ = node_.commits.Add([this] { Wake(); });
    Wake();
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
      if (!ok) cancelled_ = true;
      work_ = true;
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
    if (wake_ != 0) node_.commits.Remove(wake_);
    node_.metrics.RpcDone(rpc_, start_, std::chrono::steady_clock::now() - started_);
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
    if (absl::Status read = source_->Read(response_); !read.ok()) return Close(read);
    if (!SetSignal() && response_.checkpoint() == told_) return Idle();
    told_ = response_.checkpoint();
    this->StartWrite(&response_);
  }

  // Whether the message says that the subscriber caught up or fell behind.
  bool SetSignal() {
    response_.set_checkpoint(source_->Checkpoint());
    const uint64_t backlog = source_->Backlog();
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
    busy_ = work_ || cancelled_;
    work_ = false;
    if (busy_) node_.workers.Post([this] { Step(); });
  }

  void Close(const absl::Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      closed_ = true;
    }
    this->Finish(guanxi::rpc::ToGrpc(status));
  }

  const Node& node_;
  const char* const rpc_;
  const absl::Status start_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::unique_ptr<TailSource<Response>> source_;
  uint64_t wake_ = 0;
  Response response_;
  std::string told_;        // the last checkpoint sent
  bool caught_up_ = false;  // the last signal sent; like response_ and told_ of whoever holds busy_

  std::mutex mutex_;
  bool work_ = false, busy_ = false, cancelled_ = false, closed_ = false;
};

}  // namespace guanxi::service
