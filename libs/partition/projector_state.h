// How far the views are: what a projector knows besides its rows. Stored with
// every checkpoint, in the same run, so that rows and progress cannot part.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "relations/policy.h"

namespace guanxi::partition {

struct ProjectorState {
  uint64_t log_size = 0;      // records folded
  uint64_t feed_size = 0;     // rows told to the change feed
  uint64_t sweep_slices = 0;  // slices of time sweeps made
  uint32_t accounts = 0;      // account numbers given
  Timestamp clock = kEarliestTimestamp;
  Timestamp swept_to = kEarliestTimestamp;
  Timestamp newest = kEarliestTimestamp;  // occurred_at
  std::string policy_positions;           // of PolicyAdopted records, varints
  // Not stored: parsed again from those records.
  std::shared_ptr<const relations::PolicyLineage> policies = std::make_shared<relations::PolicyLineage>();
};

std::string EncodeState(const ProjectorState& state);
// Without the policies. STORE_CORRUPT when the bytes are not a state.
absl::StatusOr<ProjectorState> DecodeState(std::string_view bytes);

}  // namespace guanxi::partition
