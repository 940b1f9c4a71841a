// Where in the log time was swept. Sweeps are no records, but what they told is
// numbered in the change feed; so those since the last checkpoint are noted beside
// the log, and opening makes them again between the same two records.
//
//   meta family   "sweep " slice:u64 BE  -> log size u64 LE, accounts_max u64 LE
#pragma once

#include <deque>

#include "absl/status/statusor.h"
#include "store/store.h"

namespace guanxi::partition {

struct NotedSweep {
  uint64_t number = 0;  // dense, from 0
  uint64_t log_size = 0;
  uint64_t accounts_max = 0;
};

void NoteSweep(store::Batch& batch, const NotedSweep& slice);
void ForgetSweep(store::Batch& batch, uint64_t number);
// All that are noted, by number.
absl::StatusOr<std::deque<NotedSweep>> ReadSweeps(const store::Snapshot& snapshot);

}  // namespace guanxi::partition
