// What a commit publishes: everything a reader needs, immutable.
#pragma once

#include <memory>
#include <string>

#include "base/strong.h"
#include "base/time.h"
#include "partition/rows.h"
#include "partition/source_progress.h"
#include "relations/policy.h"
#include "store/log.h"
#include "store/store.h"

namespace guanxi::partition {

// By which rules records are admitted (codec/admission.h).
struct Admission {
  uint32_t level = 1;
  Position since;  // of the record that raised it; of level 1 meaningless
};

// The partition after one commit. Thread-safe: never changes.
struct View {
  PartitionId partition;
  std::shared_ptr<const store::Snapshot> snapshot;  // the log, its tree, the change feed
  Rows rows;                                        // the views
  uint64_t log_size = 0;                            // records: positions 0 .. log_size - 1
  uint64_t feed_size = 0;                           // rows of the change feed
  std::string root;                                 // tree head of log_size
  Timestamp clock;                                  // of the newest ClockAdvanced; kEarliestTimestamp before any
  Timestamp swept_to;                               // what falls due by time is written up to here
  Timestamp newest_occurred_at;
  std::shared_ptr<const relations::PolicyLineage> policies;
  SourceProgress source;  // with an intake: how far it was applied
  Admission admission;
  BusinessCalendar calendar;
  store::BlockCache* blocks = nullptr;

  store::LogReader Log() const { return {snapshot, blocks, log_size}; }
  // R of a read of the newest state.
  Position Newest() const { return Position{log_size == 0 ? 0 : log_size - 1}; }
};

using ViewPtr = std::shared_ptr<const View>;

}  // namespace guanxi::partition
