// Reads partitions of one topic, each from an offset the caller names: no
// group and no rebalance. Committed
// records only; checksums are verified.
//
// Thread-safe, but for one partition's Start, Poll and Stop, which belong to
// one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kafka/connection.h"
#include "kafka/message.h"

namespace guanxi::kafka {

struct Watermarks {
  uint64_t begin = 0;  // the oldest record there is
  uint64_t end = 0;    // of the next record; without transactions under way
};

struct Polled {
  enum class Kind {
    kNothing,     // within the timeout
    kMessage,     //
    kEnd,         // everything before `offset` was handed out
    kOutOfRange,  // the offset to read next is not there: begin or end moved past it
    kFailed,      // `status` says why; reading goes on by itself when that has passed
  };
  Kind kind = Kind::kNothing;
  Message message;
  uint64_t offset = 0;
  absl::Status status;
};

class Consumer {
 public:
  struct Options {
    Connection connection;
    std::string topic;
    // Under which ShowApplied commits.
    std::string group;
    // Prefetched per partition at most. A small queue makes 2.0.2 stall for a
    // second at a time: more than a second of the peak rate.
    size_t queue_kib = 64 << 10;
  };
  // Does not wait for a broker. INVALID_ARGUMENT: a property.
  static absl::StatusOr<std::unique_ptr<Consumer>> Make(Options options);
  ~Consumer();

  absl::Status Start(uint32_t partition, uint64_t offset);
  Polled Poll(uint32_t partition, std::chrono::milliseconds timeout);
  void Stop(uint32_t partition);

  absl::StatusOr<Watermarks> QueryWatermarks(uint32_t partition, std::chrono::milliseconds timeout) const;
  // Of the partitions 0 .. count-1, in one question per broker.
  absl::StatusOr<std::vector<uint64_t>> QueryEnds(uint32_t count, std::chrono::milliseconds timeout) const;
  // Committed under the group, for tools that show lag. Does not wait.
  void ShowApplied(const std::vector<uint64_t>& next_offsets);
  // What was shown last, of the partitions 0 .. count-1; nullopt: nothing, or Kafka forgot
  // it. A hint: never the truth about what was applied.
  absl::StatusOr<std::vector<std::optional<uint64_t>>> QueryShown(uint32_t count, std::chrono::milliseconds timeout) const;
  bool AnyBrokerAnswers(std::chrono::milliseconds timeout) const;
  std::string last_error() const;

 private:
  struct Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::kafka
