// Threads for work that takes longer than a gRPC callback may: reads, folds,
// scans. Thread-safe.
#pragma once

#include <functional>
#include <memory>

namespace guanxi::service {

class Workers {
 public:
  explicit Workers(size_t threads);
  // Finishes what was posted.
  ~Workers();
  void Post(std::function<void()> work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
