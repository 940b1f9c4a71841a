// Where submissions go when the log is ordered elsewhere. Embedded, a submission
// goes straight into its partition's queue; with an intake it is handed to that,
// comes back from the source in the source's order, and is applied by
// Cluster::TryApply. Nothing else then writes to a log. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "partition/submission.h"

namespace guanxi::partition {

class Intake {
 public:
  virtual ~Intake() = default;

  // As Cluster::TrySubmit. `done` gets the outcome of the submission once it was
  // applied; OUTCOME_UNKNOWN when its deadline passes first; at once what Accepts says
  // when that is not OK: nothing was written then.
  virtual bool TrySubmit(PartitionId partition, Submission& submission, std::function<void(SubmissionResult)>& done) = 0;
  // Each to its partition, and whatever crashes meanwhile all of them come back or
  // none. Waits for the outcomes, given in the same order; not from a partition's thread.
  virtual std::vector<SubmissionResult> SubmitTogether(std::vector<std::pair<PartitionId, Submission>> submissions) = 0;
  // OK: the partition is read from the source it must be read from, so what is submitted
  // comes back. Otherwise why nothing is taken. Does not block.
  virtual absl::Status Accepts(PartitionId partition) const = 0;
  // Whether this node has seen all that the source held when it was opened: before
  // that it says nothing by itself (the clock, messages between accounts), as
  // others may have said it.
  virtual bool HasSeenThePast() const = 0;
  // Until all that the source holds now is applied here: what this node decides from its views is then
  // decided from everything that was said before. Waits; not from a partition's thread. Otherwise why
  // not: POSITION_NOT_REACHED at the deadline, or as Accepts.
  virtual absl::Status CatchUp(std::chrono::steady_clock::time_point deadline) = 0;
  // The steps of `run` from the view's next offset on were not applied: they are
  // to be read again. From a partition's thread: must not block.
  virtual void ReadAgain(PartitionId partition, uint64_t run) = 0;
};

}  // namespace guanxi::partition
