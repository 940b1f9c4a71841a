// What is handed to a partition's writer, and what becomes of it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/reason.h"
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
  // When the submitter stops waiting. Only an intake heeds it.
  std::optional<std::chrono::steady_clock::time_point> deadline;

  // A record of the partition and of no account; the engine's own.
  bool IsControl() const { return internal && events.front().account_id.empty(); }
};

// Nothing was wrong with the event: the same again may succeed.
inline bool IsStoreFailure(const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsDataLoss(status) || absl::IsDeadlineExceeded(status)) return true;
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::DISK_FULL;
}

// Nothing was decided about the event: it may be submitted again as it is.
inline bool IsOpen(const absl::Status& status) {
  if (IsStoreFailure(status)) return true;
  const ReasonEntry* const reason = ReasonOf(status);
  if (reason == nullptr) return false;
  switch (reason->reason) {
    case Reason::OVERLOADED:
    // Of an intake that takes nothing (Intake::Accepts).
    case Reason::SOURCE_FOREIGN:
    case Reason::TOPIC_MISSING:
    case Reason::TOPIC_UNSUITABLE:
    case Reason::ADMISSION_LEVEL_NEWER:
      return true;
    default:
      return false;
  }
}

// What became of one event.
struct EventOutcome {
  absl::Status status;  // OK: appended, or a duplicate
  Position position;    // valid when OK; of a duplicate the first one
  uint64_t account_version = 0;
  bool duplicate = false;
  std::vector<std::string> anomalies;  // names
  std::optional<Position> parked_at;   // not OK, but kept
};

inline EventOutcome Refused(absl::Status status) {
  EventOutcome outcome;
  outcome.status = std::move(status);
  return outcome;
}

// One outcome per event, in order. Either all are OK or none was appended: then
// those that are right carry the status of the first that is not.
using SubmissionResult = std::vector<EventOutcome>;

// Events by what became of them; not what the engine says by itself.
struct OutcomeCounts {
  uint64_t appended = 0, duplicates = 0, parked = 0, refused = 0;
  void Count(const EventOutcome& outcome) {
    if (outcome.status.ok())
      ++(outcome.duplicate ? duplicates : appended);
    else
      ++(outcome.parked_at ? parked : refused);
  }
};

inline SubmissionResult AllRefused(size_t events, const absl::Status& status) { return SubmissionResult(events, Refused(status)); }

// One step of a partition's source: a record of it, or nothing but a later offset.
struct SourceStep {
  // SourceProgress::identity.
  std::shared_ptr<const std::string> source;
  // Of the reader: raised each time it begins again.
  uint64_t run = 0;
  // The offset at which the step before it ended. Gaps between `after` and the
  // record are normal: markers of transactions, records of aborted ones.
  uint64_t after = 0;
  // The offset to read next.
  uint64_t next = 0;
  // The record's; `recorded_at` is the source's time, never this node's.
  uint64_t offset = 0;
  Timestamp recorded_at;
  uint64_t fingerprint = 0;
  // SourceProgress::utc_offset_agreed from here on.
  bool utc_offset_agreed = false;
  // No events: nothing but the offset moves.
  Submission submission;
  // Not OK: its one event cannot be read and is parked with this reason.
  absl::Status unreadable;
  // Who waits for the outcome on this node; may be empty.
  std::function<void(SubmissionResult)> done;

  bool IsRecord() const { return !submission.events.empty(); }
};

}  // namespace guanxi::partition
