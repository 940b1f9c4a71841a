// The tier machine, one assessment ("The tier machine" of docs/domain-decisions.md).
// Internal to relations.
#pragma once

#include <optional>

#include "relations/account.h"

namespace guanxi::relations {

struct Decision {
  TierMachine machine;               // after the assessment
  std::optional<TierChange> change;  // evidence included
  bool waits_for_dwell = false;      // only the dwell keeps it from rising
};

// Pure; core.tier is the machine before.
Decision DecideTier(const AccountCore& core, Timestamp t, bool month_end, const Policy& policy, BusinessCalendar calendar);

// Takes over a decision; keeps the newest 16 changes.
void ApplyDecision(AccountCore& core, const Decision& decision);

// From when on a rise is allowed again; nothing before the first change.
std::optional<Timestamp> DwellEndsAt(const TierMachine& machine, const Policy& policy);

}  // namespace guanxi::relations
