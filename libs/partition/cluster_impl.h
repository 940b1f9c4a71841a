// What the sources of Cluster share; nobody else includes it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "partition/actor.h"
#include "partition/cluster.h"
#include "store/store.h"

namespace guanxi::partition {

struct Cluster::Impl {
  explicit Impl(ClusterOptions o, store::DataDirectory d) : options(std::move(o)), directory(std::move(d)) {}

  ClusterOptions options;
  store::DataDirectory directory;
  std::shared_ptr<store::SharedMemory> memory;
  std::vector<std::unique_ptr<Actor>> actors;
  std::mutex listeners_mutex;
  std::map<uint64_t, std::function<void(PartitionId)>> listeners;
  uint64_t next_listener = 1;
  std::mutex control_mutex;  // one control record at a time

  absl::StatusOr<std::unique_ptr<Actor>> OpenPartition(uint32_t p, const BusinessCalendar& calendar);
  // Side by side: each may have records to fold again.
  absl::Status OpenSideBySide(const std::vector<uint32_t>& partitions, const BusinessCalendar& calendar);
  absl::Status OpenPartitions(const BusinessCalendar& calendar);
  Actor& Of(PartitionId p) { return *actors[p.value]; }
  Actor::Hooks HooksOf(Cluster& cluster, Actor& actor, PartitionId id);
  void Committed(PartitionId p) {
    const std::lock_guard lock(listeners_mutex);
    for (auto& [id, f] : listeners) f(p);
  }
};

}  // namespace guanxi::partition
