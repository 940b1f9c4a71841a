// Letting time pass. Internal to relations; AdvanceTo and NextDue are in fold.h.
#pragma once

#include "relations/account.h"
#include "relations/fold.h"

namespace guanxi::relations {

// The bucket of a month that is the newest so far or later; made when missing.
MonthBucket& BucketOf(AccountCore& core, Month month);

// The first month of the W12 that ends with this month.
constexpr Month FirstOfWindow(Month last) { return Month{last.index - static_cast<int32_t>(kWindowMonths) + 1}; }

// Forgets what lies before W12 at t, an instant of the month: cheap when nothing does.
void PruneTo(AccountCore& core, Timestamp t, Month month, BusinessCalendar calendar);

// Remembers the event as the newest of its class in the bucket.
inline void AddEvidence(MonthBucket& bucket, EvidenceClass c, Position position) {
  Position& newest = bucket.EvidenceOf(c);
  if (newest == kNoPosition || newest < position) newest = position;
}

// Assesses the tier at t and takes the decision over.
void AssessTier(AccountCore& core, Timestamp t, bool month_end, const FoldContext& context, Transition& transition);

// AdvanceTo, adding to a transition.
void Advance(AccountCore& core, Timestamp t, const FoldContext& context, Transition& transition);

}  // namespace guanxi::relations
