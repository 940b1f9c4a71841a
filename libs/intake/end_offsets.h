// Where the topic's partitions end. One thread asks: for everybody who waits at
// once, and every second for those who only look. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "intake/trouble_log.h"
#include "kafka/consumer.h"

namespace guanxi::intake {

class EndOffsets {
 public:
  using Ends = absl::StatusOr<std::vector<uint64_t>>;
  using Done = std::function<void(const Ends&)>;

  // `looked` runs after each question, on the asking thread.
  EndOffsets(kafka::Consumer& consumer, uint32_t partitions, Done looked);
  ~EndOffsets() { Stop(); }

  // Asks after this call; `done` runs once, on the asking thread: it must not block.
  void Ask(Done done);
  // Of the newest answer that was one; 0 before any.
  uint64_t Known(uint32_t partition) const;
  // Of the newest question: SOURCE_UNAVAILABLE while the brokers do not answer.
  absl::Status status() const;
  // OK until for a while no broker has answered anything; then status().
  absl::Status Outage() const;
  // Answers who waits with SHUTTING_DOWN.
  void Stop();

 private:
  void Run();

  kafka::Consumer& consumer_;
  const Done looked_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Done> waiting_;
  std::vector<uint64_t> known_;
  absl::Status status_;
  std::chrono::steady_clock::time_point answered_at_ = std::chrono::steady_clock::now();
  bool stopping_ = false;
  TroubleLog log_{"the topic's ends"};  // of the thread
  std::thread thread_;
};

}  // namespace guanxi::intake
