// Whether the topic is there, is set up as a log needs it, and has as many
// partitions as the directory; and under which name the log comes from it.
// Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "base/strong.h"
#include "kafka/admin.h"

namespace guanxi::intake {

// The brokers do not answer: it says nothing about the topic, and passes by itself or by the operator's doing.
bool IsAway(const absl::Status& status);

class EventsTopic {
 public:
  EventsTopic(std::unique_ptr<kafka::Admin> admin, std::string name);

  // SOURCE_UNAVAILABLE, TOPIC_MISSING, TOPIC_UNSUITABLE. Waits for the brokers.
  absl::StatusOr<kafka::TopicDescription> Describe(std::chrono::milliseconds timeout);
  // Describes it again; SOURCE_FOREIGN: another number of partitions. Notes what it found; while the
  // brokers do not answer, what was found before.
  void Look(uint32_t partitions, std::chrono::milliseconds timeout);
  // Of the newest look that was answered; SOURCE_UNAVAILABLE before the first.
  absl::Status status() const;
  // What the log of the partition says that it comes from; status() while that is not OK.
  absl::StatusOr<std::string> IdentityOf(PartitionId partition) const;
  // Empty while it is not known.
  std::string cluster_id() const;

 private:
  const std::unique_ptr<kafka::Admin> admin_;
  const std::string name_;
  mutable std::mutex mutex_;
  absl::Status status_;
  std::string cluster_id_;
};

}  // namespace guanxi::intake
