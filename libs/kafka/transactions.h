// Writes records to several topics by transactions: who reads committed records
// sees all of one or nothing of it. One transaction at a time; belongs to one
// thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kafka/connection.h"
#include "kafka/producer.h"

namespace guanxi::kafka {

class TransactionalProducer {
 public:
  struct Options {
    Connection connection;
    std::string id;
    // A transaction that is open for longer is ended by the brokers. So long readers
    // of committed records may stand before that of one who died.
    std::chrono::milliseconds open_max{30'000};
    // Looked at five times a second by every call that waits, but for Abort; true: the call ends with SHUTTING_DOWN.
    std::function<bool()> given_up = [] { return false; };
  };
  // Waits until the transactions of whoever wrote under the id before are ended: what
  // they committed is to be seen from now on, and they can write no more.
  static absl::StatusOr<std::unique_ptr<TransactionalProducer>> Make(const Options& options, std::chrono::milliseconds timeout);
  ~TransactionalProducer();

  // After an error of any of these it is unknown whether the transaction stands,
  // unless Abort went well: make a new producer, and look.
  absl::Status Begin();
  // Copies the record; waits while the buffer is full.
  absl::Status Send(const std::string& topic, const OutgoingRecord& record);
  // How far a group has read a topic, from partition 0 on: committed with the rest, or not at all.
  absl::Status SendOffsets(const std::string& group, const std::string& topic, const std::vector<uint64_t>& next_offsets,
                           std::chrono::milliseconds timeout);
  // Waits until the brokers have what was sent; Commit does it as well.
  absl::Status Flush(std::chrono::milliseconds timeout);
  absl::Status Commit(std::chrono::milliseconds timeout);
  // Ends what was begun and not committed: nobody will see any of it, or waits for it.
  // Not OK: the brokers do not answer, and will end it themselves (open_max); or a
  // Commit was under way, and it is unknown what became of it. Nothing begun: OK.
  absl::Status Abort(std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit TransactionalProducer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::kafka
