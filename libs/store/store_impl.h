// What store's sources share. Included by libs/store/*.cc only.
#pragma once

#include <atomic>
#include <mutex>

#include "store/database.h"

namespace guanxi::store {

struct Store::Impl {
  // The opening that is written to; snapshots of earlier ones may still be read.
  std::shared_ptr<Database> database() const {
    const std::lock_guard lock(database_mutex);
    return current;
  }
  std::string RunDirectory() const { return path + "/runs"; }

  std::string path;
  // Held while a run is taken over and while Recover changes what it would go to.
  mutable std::mutex take_over_mutex;
  mutable std::mutex database_mutex;  // guards current
  std::shared_ptr<Database> current;
  std::atomic<uint32_t> live{0};
  std::atomic<uint64_t> next_run{0};
};

}  // namespace guanxi::store
