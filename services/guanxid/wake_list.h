// Functions to be run when something has happened. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace guanxi::service {

class WakeList {
 public:
  // `wake` must not block, nor use the list. Answers what Remove takes.
  uint64_t Add(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakes_.emplace(++next_, std::move(wake));
    return next_;
  }
  // It does not run any more once this has returned.
  void Remove(uint64_t id) {
    const std::lock_guard lock(mutex_);
    wakes_.erase(id);
  }
  // On the caller's thread.
  void WakeAll() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, wake] : wakes_) wake();
  }
  bool empty() const {
    const std::lock_guard lock(mutex_);
    return wakes_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, std::function<void()>> wakes_;
  uint64_t next_ = 0;
};

}  // namespace guanxi::service
