// Writes records to partitions of one topic, each once and in order per
// partition (idempotent, acknowledged by all in-sync replicas). Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "kafka/connection.h"
#include "kafka/message.h"

namespace guanxi::kafka {

// What became of a record.
struct Delivery {
  // Not OK: SOURCE_UNAVAILABLE, or OUTCOME_UNKNOWN when it may have been stored;
  // EVENT_TOO_LARGE when the topic does not take its size.
  absl::Status status;
  uint32_t partition = 0;
  uint64_t offset = 0;
};

// As OutgoingRecord::partition: murmur2 of the key, as Kafka's own clients do it; without a key any.
inline constexpr uint32_t kPartitionOfKey = UINT32_MAX;

struct OutgoingRecord {
  uint32_t partition = 0;
  std::optional<std::string_view> key;
  std::string_view value;
  std::vector<Header> headers;
};

class Producer {
 public:
  struct Options {
    Connection connection;
    std::string topic;
    // Records wait this long for company.
    std::chrono::milliseconds linger{1};
    // A record that is not acknowledged by then has failed.
    std::chrono::milliseconds delivery_timeout{30'000};
    size_t buffer_kib = 256 << 10;
    std::string compression = "lz4";
  };
  // Does not wait for a broker. INVALID_ARGUMENT: a property.
  static absl::StatusOr<std::unique_ptr<Producer>> Make(const Options& options);
  // Gives up what is not acknowledged within 5 s; every `done` has run when it returns.
  ~Producer();

  // Asks the brokers about the topic ahead of the first record, which would wait a second
  // for the answer. They may make a topic they are asked about: only when it is there.
  void Prepare();
  // Copies the record. `done` runs once, on the producer's own thread: it must
  // not block. OVERLOADED: the buffer is full; nothing was taken and `done` does not run.
  absl::Status Send(const OutgoingRecord& record, std::function<void(const Delivery&)> done);
  // Waits until everything sent so far is settled; false: not within the timeout.
  bool Flush(std::chrono::milliseconds timeout);
  // After an error of the protocol nothing more can be sent: make a new one.
  bool failed_for_good() const;

 private:
  struct Impl;
  explicit Producer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::kafka
