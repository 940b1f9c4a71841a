// Topics: made, described, removed. Calls wait up to their timeout for the
// brokers. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "kafka/connection.h"

namespace guanxi::kafka {

struct TopicDescription {
  std::string cluster_id;
  uint32_t partitions = 0;
  // All of the topic's settings with their values in force, by Kafka's names.
  std::map<std::string, std::string> settings;
  uint32_t replication = 0;  // copies of its first partition
};

// As many copies as the brokers make when they are not told.
inline constexpr uint32_t kBrokersReplication = 0;

struct TopicToMake {
  std::string name;
  uint32_t partitions = 1;
  uint32_t replication = kBrokersReplication;
  std::map<std::string, std::string> settings;
};

class Admin {
 public:
  // Does not wait for a broker. INVALID_ARGUMENT: a property.
  static absl::StatusOr<std::unique_ptr<Admin>> Make(const Connection& connection);
  ~Admin();

  absl::StatusOr<TopicDescription> Describe(const std::string& topic, std::chrono::milliseconds timeout);
  // ALREADY_EXISTS: there is one of that name; it is left as it is.
  absl::Status Create(const TopicToMake& topic, std::chrono::milliseconds timeout);
  absl::Status Delete(const std::string& topic, std::chrono::milliseconds timeout);

 private:
  struct Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::kafka
