#include "guanxid/commit_hub.h"

namespace guanxi::service {

CommitHub::CommitHub(partition::Cluster& cluster) : cluster_(cluster) {
  listener_ = cluster_.AddCommitListener([this](PartitionId) { wakes_.WakeAll(); });
}

CommitHub::~CommitHub() { cluster_.RemoveCommitListener(listener_); }

void CommitHub::Stop() {
  stopping_ = true;
  wakes_.WakeAll();
}

}  // namespace guanxi::service
