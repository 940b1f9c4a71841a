// Wakes subscribers after commits. One listener at the cluster, however many
// subscribers. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "guanxid/wake_list.h"
#include "partition/cluster.h"

namespace guanxi::service {

class CommitHub {
 public:
  explicit CommitHub(partition::Cluster& cluster);
  ~CommitHub();

  // `wake` runs after each commit, on a partition's thread: it must not block.
  // It does not run any more once Remove has returned.
  uint64_t Add(std::function<void()> wake) { return wakes_.Add(std::move(wake)); }
  void Remove(uint64_t id) { wakes_.Remove(id); }
  // From now on stopping() is true; wakes everybody.
  void Stop();
  bool stopping() const { return stopping_; }

 private:
  partition::Cluster& cluster_;
  uint64_t listener_ = 0;
  WakeList wakes_;
  std::atomic<bool> stopping_{false};
};

}  // namespace guanxi::service
