#include "intake/events_topic.h"

#include <fmt/format.h>

#include <utility>

#include "base/reason.h"
#include "intake/topic_rules.h"

namespace guanxi::intake {

bool IsAway(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::SOURCE_UNAVAILABLE;
}

EventsTopic::EventsTopic(std::unique_ptr<kafka::Admin> admin, std::string name)
    : admin_(std::move(admin)), name_(std::move(name)), status_(Refuse(Reason::SOURCE_UNAVAILABLE, "the topic was not looked at yet")) {}

absl::StatusOr<kafka::TopicDescription> EventsTopic::Describe(std::chrono::milliseconds timeout) {
  absl::StatusOr<kafka::TopicDescription> described = admin_->Describe(name_, timeout);
  if (!described.ok()) return described;
  {
    const std::lock_guard lock(mutex_);
    cluster_id_ = described->cluster_id;
  }
  if (absl::Status suits = CheckEventsTopic(name_, *described); !suits.ok()) return suits;
  return described;
}

void EventsTopic::Look(uint32_t partitions, std::chrono::milliseconds timeout) {
  const absl::StatusOr<kafka::TopicDescription> described = Describe(timeout);
  absl::Status status = described.status();
  if (described.ok() && described->partitions != partitions) {
    status = Refuse(Reason::SOURCE_FOREIGN, fmt::format("{} has {} partitions, the directory {}", name_, described->partitions, partitions),
                    {{"topic_partitions", std::to_string(described->partitions)}, {"partitions", std::to_string(partitions)}});
  }
  const std::lock_guard lock(mutex_);
  if (IsAway(status) && !IsAway(status_)) return;
  status_ = std::move(status);
}

absl::Status EventsTopic::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

absl::StatusOr<std::string> EventsTopic::IdentityOf(PartitionId partition) const {
  const std::lock_guard lock(mutex_);
  if (!status_.ok()) return status_;
  return intake::IdentityOf(cluster_id_, name_, partition.value);
}

std::string EventsTopic::cluster_id() const {
  const std::lock_guard lock(mutex_);
  return cluster_id_;
}

}  // namespace guanxi::intake
