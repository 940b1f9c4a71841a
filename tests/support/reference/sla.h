// The SLA clocks of a complaint, computed anew from all its steps.
#pragma once

#include <vector>

#include "support/reference/facts.h"

namespace guanxi::reference {

// The instant something is evaluated at. due_at_t_passed: whether what falls
// due at the very instant t has fallen due: yes for reads and month ends, no
// for the assessment that follows an event.
struct Instant {
  Timestamp t;
  bool due_at_t_passed = true;
};

struct SlaDecision {
  bool hit;
  // When it was done (a hit), or the due instant (a miss).
  Timestamp at;
};

std::vector<SlaDecision> DecisionsOf(const Complaint& complaint, Instant now);

// Due instants of clocks that are running and undecided, in rising order; none while paused.
std::vector<Timestamp> RunningDues(const Complaint& complaint, Instant now);

}  // namespace guanxi::reference
