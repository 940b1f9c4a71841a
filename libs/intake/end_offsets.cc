#include "intake/end_offsets.h"

#include <chrono>
#include <utility>

#include "base/reason.h"

namespace guanxi::intake {
namespace {

constexpr std::chrono::milliseconds kQuestionMax{3'000};
constexpr std::chrono::seconds kLookEvery{1};
// A broker that is started again, or a leader that is chosen: whoever waits is served.
constexpr std::chrono::seconds kHiccupMax{10};

}  // namespace

EndOffsets::EndOffsets(kafka::Consumer& consumer, uint32_t partitions, Done looked)
    : consumer_(consumer), looked_(std::move(looked)), known_(partitions), thread_([this] { Run(); }) {}

void EndOffsets::Ask(Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      waiting_.push_back(std::move(done));
      changed_.notify_all();
      return;
    }
  }
  done(Refuse(Reason::SHUTTING_DOWN, "the server is stopping"));
}

uint64_t EndOffsets::Known(uint32_t partition) const {
  const std::lock_guard lock(mutex_);
  return known_[partition];
}

absl::Status EndOffsets::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

absl::Status EndOffsets::Outage() const {
  const std::lock_guard lock(mutex_);
  return std::chrono::steady_clock::now() - answered_at_ < kHiccupMax ? absl::OkStatus() : status_;
}

void EndOffsets::Run() {
  std::unique_lock lock(mutex_);
  const auto partitions = static_cast<uint32_t>(known_.size());
  while (!stopping_) {
    std::vector<Done> asking;
    asking.swap(waiting_);
    lock.unlock();
    const Ends ends = consumer_.QueryEnds(partitions, kQuestionMax);
    log_.Note(ends.status());
    // One partition without a leader is no outage of the others.
    const bool answered = ends.ok() || consumer_.AnyBrokerAnswers(kQuestionMax);
    lock.lock();
    if (answered) answered_at_ = std::chrono::steady_clock::now();
    status_ = ends.status();
    if (ends.ok()) known_ = *ends;
    lock.unlock();
    for (const Done& done : asking) done(ends);
    looked_(ends);
    lock.lock();
    if (waiting_.empty()) changed_.wait_for(lock, kLookEvery, [this] { return stopping_ || !waiting_.empty(); });
  }
}

void EndOffsets::Stop() {
  std::vector<Done> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  left.swap(waiting_);
  for (const Done& done : left) done(Refuse(Reason::SHUTTING_DOWN, "the server is stopping"));
}

}  // namespace guanxi::intake
