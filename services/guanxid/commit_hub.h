// Wakes subscribers after commits. One listener at the cluster, however many
// subscribers. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "partition/cluster.h"

namespace guanxi::service {

class CommitHub {
 public:
  explicit CommitHub(partition::Cluster& cluster);
  ~CommitHub();

  // `wake` runs after each commit, on a partition's thread: it must not block.
  // It does not run any more once Remove has returned.
  uint64_t Add(std::function<void()> wake);
  void Remove(uint64_t id);
  // From now on stopping() is true; wakes everybody.
  void Stop();
  bool stopping() const;

 private:
  void WakeAll();

  partition::Cluster& cluster_;
  uint64_t listener_ = 0;
  mutable std::mutex mutex_;
  std::map<uint64_t, std::function<void()>> wakes_;
  uint64_t next_ = 0;
  bool stopping_ = false;
};

}  // namespace guanxi::service
