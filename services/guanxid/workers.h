// Threads for work that takes longer than a gRPC callback may: reads, folds,
// scans. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace guanxi::service {

class Workers {
 public:
  // Destroying it forgets the work, unless that has begun.
  using Timer = std::shared_ptr<void>;

  explicit Workers(size_t threads);
  // Finishes what was posted; work of timers that are still kept is waited for.
  ~Workers();
  void Post(std::function<void()> work);
  // Posts `work` at that time.
  Timer At(std::chrono::steady_clock::time_point time, std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
