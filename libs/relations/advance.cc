#include "relations/advance.h"

#include <algorithm>

#include "relations/check.h"
#include "relations/name_table.h"
#include "relations/tier_machine.h"

namespace guanxi::relations {
namespace {

template <class Row>
void Earlier(std::optional<Timestamp>& earliest, const Row& due) {
  if (due && (!earliest || *due < *earliest)) earliest = *due;
}

std::optional<Timestamp> NextClockDue(const AccountCore& core) {
  std::optional<Timestamp> earliest;
  for (const SlaClock& clock : core.sla_clocks) {
    if (clock.paused_at) continue;
    Earlier(earliest, clock.response_due);
    Earlier(earliest, clock.resolution_due);
  }
  return earliest;
}

// The first month end after t.
Timestamp NextMonthEnd(Timestamp t, BusinessCalendar calendar) { return calendar.EndOf(calendar.MonthOf(Timestamp{t.micros + 1})); }

// Full years after which no formula or gate of the policy grows any more.
int32_t YearsThatMatter(const Policy& policy) {
  int32_t years = policy.loyalty.years_full;
  if (policy.depth.per_year > 0) years = std::max(years, (policy.depth.years_max + policy.depth.per_year - 1) / policy.depth.per_year);
  for (const TierRule& rule : policy.tiers)
    for (const GateRule& gate : rule.gates)
      if (gate.kind == GateKind::kYearsSinceFirst) years = std::max(years, gate.threshold);
  return years;
}

// True when the assessment sees the same at every month end from t on.
bool InputsAreConstant(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar) {
  if (!core.months.empty() || !core.contracts.empty() || !core.due_months.empty() || !core.due_days.empty()) return false;
  return !core.first_trade_at || calendar.FullYearsBetween(*core.first_trade_at, t) >= YearsThatMatter(policy);
}

// The next month end whose assessment may change something: normally the next one;
// for an account at rest the first under a policy that is known to come.
std::optional<Timestamp> NextAssessment(const AccountCore& core, const FoldContext& context) {
  const Timestamp month_end = NextMonthEnd(core.swept_to, context.calendar);
  if (!core.months.empty()) return month_end;
  const Policy& policy = context.PolicyOf(core, month_end);
  if (!InputsAreConstant(core, month_end, policy, context.calendar)) return month_end;
  const Decision decision = DecideTier(core, month_end, true, policy, context.calendar);
  if (!(decision.machine == core.tier) || decision.waits_for_dwell) return month_end;
  const std::optional<Timestamp> adoption = context.policies.NextAfter(month_end, context.known_to);
  if (!adoption) return std::nullopt;
  return context.calendar.EndOf(context.calendar.MonthOf(*adoption));
}

void CountMiss(AccountCore& core, std::optional<Timestamp>& due, Timestamp t, Position started_by, BusinessCalendar calendar) {
  if (!due || *due > t) return;
  MonthBucket& bucket = BucketOf(core, calendar.MonthOf(*due));
  ++bucket.sla_misses;
  AddEvidence(bucket, EvidenceClass::kComplaint, started_by);
  due.reset();
}

void MissClocks(AccountCore& core, Timestamp t, BusinessCalendar calendar) {
  for (SlaClock& clock : core.sla_clocks) {
    if (clock.paused_at) continue;
    CountMiss(core, clock.response_due, t, clock.position, calendar);
    CountMiss(core, clock.resolution_due, t, clock.position, calendar);
  }
  std::erase_if(core.sla_clocks, [](const SlaClock& clock) { return !clock.response_due && !clock.resolution_due; });
}

void ReclaimUnusedNames(AccountCore& core) {
  NameUnion departments(core.departments), lines(core.lines);
  for (const MonthBucket& m : core.months) {
    departments.Add(m.departments_met);
    lines.Add(m.lines);
  }
  for (const ContractSpan& c : core.contracts) lines.Add(c.lines);
  ReclaimNames(core.departments, departments);
  ReclaimNames(core.lines, lines);
}

// Erases the leading elements for which gone() holds.
template <class T, class Gone>
bool EraseFront(std::vector<T>& rows, Gone gone) {
  size_t n = 0;
  while (n < rows.size() && gone(rows[n])) ++n;
  if (n > 0) rows.erase(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(n));
  return n > 0;
}

void PruneDues(AccountCore& core, Month first, BusinessCalendar calendar) {
  EraseFront(core.due_months, [&](const DueMonth& m) { return m.month < first; });
  if (core.due_days.empty()) return;
  const Day first_day = calendar.DayOf(calendar.StartOf(first));
  EraseFront(core.due_days, [&](const DueDay& d) {
    if (d.day >= first_day) return false;
    core.older_open += d.open;
    return true;
  });
}

}  // namespace

MonthBucket& BucketOf(AccountCore& core, Month month) {
  if (core.months.empty() || core.months.back().month < month) {
    // One more, not twice as many: a month is 250 bytes, and tens of thousands of accounts are kept in memory.
    if (core.months.size() == core.months.capacity()) core.months.reserve(core.months.size() + 1);
    core.months.push_back({.month = month});
  }
  GUANXI_INVARIANT(core.months.back().month == month);
  return core.months.back();
}

void PruneTo(AccountCore& core, Timestamp t, Month month, BusinessCalendar calendar) {
  const Month first = FirstOfWindow(month);
  bool names_free = EraseFront(core.months, [&](const MonthBucket& m) { return m.month < first; });
  if (!core.contracts.empty()) {
    const Timestamp starts_at = calendar.StartOf(first);
    names_free |= EraseFront(core.contracts, [&](const ContractSpan& c) { return c.ends_at <= starts_at; });
  }
  if (names_free) ReclaimUnusedNames(core);
  PruneDues(core, first, calendar);
  std::erase_if(core.category_ends, [&](const CategoryEnd& c) { return c.at.micros + kRecurrenceDaysMax * kMicrosPerDay < t.micros; });
}

void AssessTier(AccountCore& core, Timestamp t, bool month_end, const FoldContext& context, Transition& transition) {
  const Policy& policy = context.PolicyOf(core, t);
  const Decision decision = DecideTier(core, t, month_end, policy, context.calendar);
  ApplyDecision(core, decision);
  if (decision.change) transition.tier_changes.push_back(*decision.change);
}

std::optional<Timestamp> NextDue(const AccountCore& core, const FoldContext& context) {
  if (core.account_version == 0) return std::nullopt;
  std::optional<Timestamp> due = NextAssessment(core, context);
  Earlier(due, NextClockDue(core));
  return due;
}

void Advance(AccountCore& core, Timestamp t, const FoldContext& context, Transition& transition) {
  if (t <= core.swept_to) return;
  for (auto due = NextDue(core, context); due && *due <= t; due = NextDue(core, context)) {
    // What would not move would loop for ever.
    GUANXI_INVARIANT(*due > core.swept_to);
    const Month month = context.calendar.MonthOf(*due);
    PruneTo(core, *due, month, context.calendar);
    MissClocks(core, *due, context.calendar);
    if (context.calendar.EndOf(month) == *due) AssessTier(core, *due, true, context, transition);
    core.swept_to = *due;
  }
  PruneTo(core, t, context.calendar.MonthOf(t), context.calendar);
  core.swept_to = t;
}

Transition AdvanceTo(AccountCore& core, Timestamp t, const FoldContext& context) {
  Transition transition;
  if (core.account_version > 0) Advance(core, t, context, transition);
  return transition;
}

}  // namespace guanxi::relations
