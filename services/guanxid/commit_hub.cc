#include "guanxid/commit_hub.h"

namespace guanxi::service {

CommitHub::CommitHub(partition::Cluster& cluster) : cluster_(cluster) {
  listener_ = cluster_.AddCommitListener([this](PartitionId) { WakeAll(); });
}

CommitHub::~CommitHub() { cluster_.RemoveCommitListener(listener_); }

uint64_t CommitHub::Add(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wakes_.emplace(++next_, std::move(wake));
  return next_;
}

void CommitHub::Remove(uint64_t id) {
  const std::lock_guard lock(mutex_);
  wakes_.erase(id);
}

void CommitHub::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  WakeAll();
}

bool CommitHub::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void CommitHub::WakeAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, wake] : wakes_) wake();
}

}  // namespace guanxi::service
