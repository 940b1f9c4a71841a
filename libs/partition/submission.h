// What is handed to a partition's writer, and what becomes of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/strong.h"
#include "codec/record.h"

namespace guanxi::partition {

// The events of one account (or one control record), appended together or not at all.
struct Submission {
  // Personal parts sealed; recorded_at and account_version are the writer's.
  std::vector<codec::Record> events;
  // account_version before the first event.
  std::optional<uint64_t> expected_version;
  // Refuse contradictions and broken rules instead of keeping them.
  bool strict = false;
  // Control and outbox records, which clients may not append.
  bool internal = false;
};

// Nothing was wrong with the event: the same again may succeed.
inline bool IsStoreFailure(const absl::Status& status) { return absl::IsUnavailable(status) || absl::IsDataLoss(status); }

// What became of one event.
struct EventOutcome {
  absl::Status status;  // OK: appended, or a duplicate
  Position position;    // valid when OK; of a duplicate the first one
  uint64_t account_version = 0;
  bool duplicate = false;
  std::vector<std::string> anomalies;  // names
  std::optional<Position> parked_at;   // not OK, but kept
};

// One outcome per event, in order. Either all are OK or none was appended: then
// those that are right carry the status of the first that is not.
using SubmissionResult = std::vector<EventOutcome>;

}  // namespace guanxi::partition
