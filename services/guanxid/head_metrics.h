// What /metrics shows of the file of heads. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/strong.h"
#include "base/time.h"

namespace guanxi::service {

class HeadMetrics {
 public:
  HeadMetrics();
  ~HeadMetrics();

  // The partition's newest head in the file was signed then.
  void Published(PartitionId partition, Timestamp signed_at);
  // The file could not be written.
  void NotPublished();

  // Prometheus' text format.
  std::string Text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
