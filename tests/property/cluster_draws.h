// How drawn histories reach a cluster: in which order, in which portions, and
// what happens in between. Small numbers again, so that rapidcheck can shrink.
#pragma once

#include <array>
#include <vector>

#include "property/draws.h"

namespace guanxi::property {

// What is done around the next few events of an account. The first is nothing at all, and what shrinking ends at.
enum class Doing {
  kNothing,
  kBatch,      // they come in one submission, not one by one and none waited for
  kHoldBack,   // the event comes later than it was drawn
  kRelease,    // the events held back come now, the newest first
  kEarly,      // the wall clock has not yet reached the event: it is parked when that is too far
  kDuplicate,  // an event is offered again
  kConflict,   // its id is offered with another body
  kRetryParked,
  kDismissParked,
  kRead,      // now, and remembered
  kReadThen,  // as of some (R, V)
  kRestart,
  kAdvanceClock,
  kAdoptPolicy,
  kVerifyRebuild,
  kRebuild,
};
// How often each is drawn, of 32; the rest is kNothing.
inline constexpr std::array kDoings = {
    Doing::kBatch,        Doing::kBatch,        Doing::kBatch,       Doing::kBatch,         Doing::kHoldBack,
    Doing::kHoldBack,     Doing::kHoldBack,     Doing::kRelease,     Doing::kEarly,         Doing::kEarly,
    Doing::kDuplicate,    Doing::kConflict,     Doing::kRetryParked, Doing::kRetryParked,   Doing::kDismissParked,
    Doing::kRead,         Doing::kRead,         Doing::kReadThen,    Doing::kReadThen,      Doing::kRestart,
    Doing::kAdvanceClock, Doing::kAdvanceClock, Doing::kAdoptPolicy, Doing::kVerifyRebuild, Doing::kRebuild};

inline Doing DoingOf(const Draw& draw) {
  const auto drawn = static_cast<size_t>(draw.family % 32);
  return drawn > 0 && drawn <= kDoings.size() ? kDoings[drawn - 1] : Doing::kNothing;
}

struct RunDraw {
  int partitions = 0, storage = 0;     // each 0-255; storage: when views are written
  std::vector<HistoryDraw> histories;  // at most 3 are used, each an account; one at least
  std::vector<Draw> manners;           // around the n-th event, again from the first when there are more events
};

}  // namespace guanxi::property
