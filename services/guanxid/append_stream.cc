#include "guanxid/append_stream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "guanxid/append.h"
#include "guanxid/new_event.h"
#include "guanxid/read_at.h"
#include "rpc/tokens.h"

namespace guanxi::service {
namespace {

constexpr uint64_t kUnderWayMax = 4096;
constexpr int kFailuresMax = 1000;
// A stream waits for a full queue; refusing is for those who wait for an answer.
constexpr std::chrono::milliseconds kRetryAfter{20};

struct Pending {
  PartitionId partition;
  partition::Submission submission;
  std::function<void(partition::SubmissionResult)> done;
};

class AppendStreamReactor final : public grpc::ServerReadReactor<v1::AppendStreamRequest> {
 public:
  AppendStreamReactor(const Node& node, v1::AppendStreamResponse* response) : node_(node), response_(response) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return EndOfStream();
    if (!validation_known_) strict_ = request_.validation() == v1::VALIDATION_STRICT;
    validation_known_ = true;
    Convert();
    node_.keys.WhenDurable(NewestKey(), [this](const absl::Status& durable) { SubmitAll(durable); });
  }

  void OnCancel() override { cancelled_ = true; }
  void OnDone() override {
    const absl::Status ended = cancelled_ ? absl::CancelledError("the client left") : absl::OkStatus();
    node_.metrics.StreamDone("EventService.AppendStream", ended);
    delete this;
  }

 private:
  struct Numbered {
    uint64_t ordinal;
    codec::Record record;
  };

  // What becomes of a message, one step after the other; then the next is read.
  void Convert() {
    for (const v1::NewEvent& event : request_.events()) {
      const uint64_t ordinal = next_ordinal_++;
      absl::StatusOr<codec::Record> record = RecordFrom(event, node_.keys);
      if (record.ok()) {
        converted_.push_back({ordinal, *std::move(record)});
      } else {
        Refused(ordinal, event.account_id(), event.source(), event.id(), record.status(), std::nullopt, PartitionId{});
      }
    }
  }

  uint64_t NewestKey() const {
    uint64_t newest = 0;
    for (const Numbered& event : converted_) newest = std::max(newest, NewestKeyOf(event.record, node_.keys));
    return newest;
  }

  void SubmitAll(const absl::Status& durable) {
    for (auto& [ordinal, record] : std::exchange(converted_, {})) {
      if (durable.ok() || record.sealed.empty()) {
        Submit(ordinal, std::move(record));
      } else {
        Refused(ordinal, record.account_id, record.source, record.id, durable, std::nullopt, PartitionId{});
      }
    }
    {
      const std::lock_guard lock(mutex_);
      paused_ = under_way_ > kUnderWayMax || !postponed_.empty();
      if (paused_) return;
    }
    StartRead(&request_);
  }

  void Submit(uint64_t ordinal, codec::Record record) {
    {
      const std::lock_guard lock(mutex_);
      ++under_way_;
    }
    Pending pending;
    pending.partition = node_.cluster.PartitionOf(record.account_id);
    pending.done = [this, ordinal, partition = pending.partition, account_id = record.account_id, source = record.source,
                    id = record.id](const partition::SubmissionResult& result) {
      const partition::EventOutcome& outcome = result.front();
      if (outcome.status.ok()) {
        Accepted(partition, outcome);
      } else {
        Refused(ordinal, account_id, source, id, outcome.status, outcome.parked_at, partition);
      }
      Settled();
    };
    pending.submission.strict = strict_;
    pending.submission.events.push_back(std::move(record));
    Send(std::move(pending));
  }

  // What finds the queue full stays under way, and is sent again when there may be room. What follows it to the same partition
  // waits behind it, also what there would be room for: events of one instant are folded in the order they were appended.
  void Send(Pending pending) {
    const uint32_t partition = pending.partition.value;
    if (IsPostponed(partition) || !node_.cluster.TrySubmit(pending.partition, pending.submission, pending.done)) {
      const std::lock_guard lock(mutex_);
      postponed_[partition].push_back(std::move(pending));
      if (!std::exchange(retrying_, true)) RetryLater();
    }
  }

  bool IsPostponed(uint32_t partition) {
    const std::lock_guard lock(mutex_);
    return postponed_.contains(partition);
  }

  void RetryLater() {
    retry_ = node_.workers.At(std::chrono::steady_clock::now() + kRetryAfter, [this] { SendPostponed(); });
  }

  void SendPostponed() {
    std::vector<uint32_t> partitions;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [partition, waiting] : postponed_) partitions.push_back(partition);
      ++under_way_;  // this call's own: it must not be the last to settle
    }
    for (const uint32_t partition : partitions) SendPostponed(partition);
    {
      const std::lock_guard lock(mutex_);
      retrying_ = !postponed_.empty();
      if (retrying_) RetryLater();
    }
    Settled();
  }

  // In order, as far as there is room. What is under way to the queue is still the first: nothing overtakes it.
  void SendPostponed(uint32_t partition) {
    for (bool more = true; more;) {
      Pending* first = nullptr;
      {
        const std::lock_guard lock(mutex_);
        first = &postponed_[partition].front();
      }
      if (!node_.cluster.TrySubmit(first->partition, first->submission, first->done)) return;
      const std::lock_guard lock(mutex_);
      postponed_[partition].pop_front();
      more = !postponed_[partition].empty();
      if (!more) postponed_.erase(partition);
    }
  }

  void Accepted(PartitionId partition, const partition::EventOutcome& outcome) {
    const std::lock_guard lock(mutex_);
    if (outcome.duplicate) {
      response_->set_duplicates(response_->duplicates() + 1);
    } else {
      response_->set_appended(response_->appended() + 1);
    }
    uint64_t& newest = newest_[partition.value];
    newest = std::max(newest, outcome.position.value);
  }

  void Refused(uint64_t ordinal, const std::string& account_id, const std::string& source, const std::string& id,
               const absl::Status& status, std::optional<Position> parked_at, PartitionId partition) {
    const std::lock_guard lock(mutex_);
    if (parked_at) {
      response_->set_parked(response_->parked() + 1);
    } else {
      response_->set_refused(response_->refused() + 1);
    }
    if (response_->failures_size() >= kFailuresMax) return;
    v1::AppendFailure& failure = *response_->add_failures();
    failure.set_ordinal(ordinal);
    failure.set_account_id(account_id);
    failure.set_source(source);
    failure.set_id(id);
    failure.set_reason(ReasonNameOf(status));
    failure.set_message(std::string(status.message().data(), status.message().size()));
    if (!parked_at) return;
    failure.mutable_parked_at()->set_partition(partition.value);
    failure.mutable_parked_at()->set_position(parked_at->value);
  }

  // One event less under way: reads on, or finishes.
  void Settled() {
    bool finish = false, read = false;
    {
      const std::lock_guard lock(mutex_);
      --under_way_;
      finish = ended_ && under_way_ == 0;
      read = paused_ && postponed_.empty() && under_way_ <= kUnderWayMax / 2;
      if (read) paused_ = false;
    }
    if (finish) Close();
    if (read) StartRead(&request_);
  }

  void EndOfStream() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      if (under_way_ > 0) return;
    }
    Close();
  }

  void Close() {
    if (!newest_.empty()) {
      rpc::PositionsToken token{node_.cluster.settings().log_epoch, ProjectionOf(*node_.cluster.ViewOf(PartitionId{0})), {}};
      for (const auto& [partition, position] : newest_) token.positions.push_back({partition, position});
      response_->mutable_written_at()->set_token(rpc::EncodePositions(rpc::TokenKind::kConsistency, token));
    }
    Finish(grpc::Status::OK);
  }

  const Node& node_;
  v1::AppendStreamResponse* const response_;
  v1::AppendStreamRequest request_;
  bool validation_known_ = false, strict_ = false;
  uint64_t next_ordinal_ = 0;
  std::vector<Numbered> converted_;  // of the message read last

  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;  // guards what follows, and the response
  uint64_t under_way_ = 0;
  bool ended_ = false;
  bool paused_ = false;  // nobody reads until some of what is under way has settled
  std::map<uint32_t, uint64_t> newest_;
  std::map<uint32_t, std::deque<Pending>> postponed_;  // by partition, in the order they came; none is empty
  bool retrying_ = false;                              // a timer runs, or its work
  Workers::Timer retry_;
};

}  // namespace

grpc::ServerReadReactor<v1::AppendStreamRequest>* StartAppendStream(const Node& node, v1::AppendStreamResponse* response) {
  return new AppendStreamReactor(node, response);
}

}  // namespace guanxi::service
