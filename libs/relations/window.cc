#include "relations/window.h"

#include <algorithm>
#include <bit>

#include "relations/advance.h"
#include "relations/name_table.h"

namespace guanxi::relations {
namespace {

void AddMonth(Window& w, const MonthBucket& m) {
  w.visits += m.visits;
  w.levels_met |= m.levels_met;
  w.executive_meetings += m.executive_meetings;
  w.decision_maker_visits += m.decision_maker_visits;
  w.orders += m.orders;
  w.joint_projects += m.joint_projects;
  w.trials += m.trials;
  w.net += m.net;
  w.complaints += m.complaints;
  w.recurrences += m.recurrences;
  w.sla_hits += m.sla_hits;
  w.sla_misses += m.sla_misses;
  w.survey_answers += m.survey_answers;
  w.survey_sum += m.survey_sum;
}

// Bits of the months of W12 in which the contract was active, up to t.
uint32_t ActiveMonths(const Window& w, const ContractSpan& c, BusinessCalendar calendar) {
  const Month from = std::max(w.first, calendar.MonthOf(c.starts_at));
  const Month to = calendar.MonthOf(std::min(Timestamp{c.ends_at.micros - 1}, w.t));
  const int count = to.index - from.index + 1;
  return count <= 0 ? 0 : ((uint32_t{1} << count) - 1) << (from.index - w.first.index);
}

// Calendar arithmetic is a good part of an assessment: none for nothing.
void SetDays(Window& w, const AccountCore& core, BusinessCalendar calendar) {
  if (core.due_days.empty() && core.older_open == 0) return;
  w.first_day = calendar.DayOf(calendar.StartOf(w.first));
  w.past_day = calendar.DayOf(calendar.StartOf(Month{w.last.index + 1}));
  w.today = calendar.DayOf(w.t);
}

}  // namespace

int LevelsIn(uint8_t levels_met) { return std::popcount(levels_met); }

Level HighestLevel(uint8_t levels_met) {
  return levels_met == 0 ? Level::kUnspecified : static_cast<Level>(std::bit_width(levels_met) - 1);
}

Window SumWindow(const AccountCore& core, Timestamp t, BusinessCalendar calendar) {
  Window w{.t = t};
  w.last = calendar.MonthOf(t);
  w.first = FirstOfWindow(w.last);
  SetDays(w, core, calendar);

  NameUnion departments(core.departments), lines(core.lines);
  uint32_t order_months = 0, contract_months = 0;
  for (const MonthBucket& m : core.months) {
    if (!InWindow(w, m.month)) continue;
    AddMonth(w, m);
    departments.Add(m.departments_met);
    lines.Add(m.lines);
    if (m.orders > 0) order_months |= uint32_t{1} << (m.month.index - w.first.index);
  }
  const Timestamp starts_at = core.contracts.empty() ? t : calendar.StartOf(w.first);
  for (const ContractSpan& c : core.contracts) {
    if (c.starts_at > t || c.ends_at <= starts_at || c.ends_at <= c.starts_at) continue;
    ++w.contracts_in_window;
    lines.Add(c.lines);
    contract_months |= ActiveMonths(w, c, calendar);
    if (t >= c.ends_at) continue;
    ++w.contracts_active;
    w.longest_active_months = std::max(w.longest_active_months, c.full_months);
  }
  w.departments = departments.count();
  w.lines = lines.count();
  w.months_with_orders = static_cast<uint32_t>(std::popcount(order_months));
  w.months_with_business = static_cast<uint32_t>(std::popcount(order_months | contract_months));
  if (core.first_trade_at) w.years_since_first = calendar.FullYearsBetween(*core.first_trade_at, t);
  return w;
}

}  // namespace guanxi::relations
