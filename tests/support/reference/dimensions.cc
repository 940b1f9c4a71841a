#include "support/reference/dimensions.h"

#include <algorithm>

namespace guanxi::reference {
namespace {

using Value = std::optional<int64_t>;

template <class Map, class Predicate>
bool AnyOf(const Map& map, Predicate predicate) {
  return std::any_of(map.begin(), map.end(), [&](const auto& entry) { return predicate(entry.second); });
}

int64_t Clamp(int64_t points) { return std::clamp<int64_t>(points, 0, 1000); }

// Contracts and orders: the instants of all first-hand business.
std::optional<Timestamp> FirstContractOrOrder(const Facts& facts) {
  std::optional<Timestamp> first;
  for (const auto& [id, order] : facts.orders) first = first ? std::min(*first, order.at) : order.at;
  for (const auto& [id, contract] : facts.contracts) first = first ? std::min(*first, contract.signed_at) : contract.signed_at;
  return first;
}

Value Height(const View& view) {
  if (view.facts.visits.empty()) return std::nullopt;
  int highest = 0;
  int64_t meetings = 0;
  for (const Visit& visit : view.facts.visits) {
    if (!view.InW12(visit.at)) continue;
    for (const Met& met : visit.met) highest = std::max(highest, static_cast<int>(met.level));
    meetings += IsExecutiveMeeting(visit);
  }
  const Policy& p = view.policy;
  return Clamp(p.height_base[highest] + p.executive_meeting_points * std::min(meetings, p.executive_meetings_counted));
}

Value Breadth(const View& view) {
  if (view.facts.visits.empty() && view.facts.orders.empty()) return std::nullopt;
  const Policy& p = view.policy;
  const auto count = [](const auto& set, int64_t limit) { return std::min<int64_t>(static_cast<int64_t>(set.size()), limit); };
  const int64_t d = p.departments_counted, l = p.levels_counted, b = p.lines_counted;
  const int128 numerator = int128{p.department_points} * count(DepartmentsMet(view), d) * l * b +
                           int128{p.level_points} * count(LevelsMet(view), l) * d * b +
                           int128{p.line_points} * count(BusinessLines(view), b) * d * l;
  return Clamp(static_cast<int64_t>(DivideHalfEven(numerator, int128{d} * l * b)));
}

Value Depth(const View& view) {
  const Facts& f = view.facts;
  if (f.contracts.empty() && f.orders.empty() && f.projects.empty() && f.trials.empty()) return std::nullopt;
  const Policy& p = view.policy;
  int64_t contract_points = 0, starts = 0, supporters = 0;
  for (const auto& [id, contract] : f.contracts) {
    if (!ActiveAt(contract, view.now.t)) continue;
    const bool is_long = RunsForMonths(contract, p.long_contract_months, view.calendar);
    contract_points = std::max(contract_points, is_long ? p.long_contract_points : p.active_contract_points);
  }
  for (const auto& [id, project] : f.projects) starts += view.InW12(project.at);
  for (const auto& [id, trial] : f.trials) starts += view.InW12(trial.at);
  for (const auto& [id, contact] : f.contacts)
    supporters += contact.present && (contact.stance == v1::STANCE_SUPPORTER || contact.stance == v1::STANCE_MENTOR);
  return Clamp(contract_points + std::min(p.project_points * starts, p.project_points_limit) +
               std::min(p.supporter_points * supporters, p.supporter_points_limit) +
               std::min(p.depth_year_points * YearsSinceFirst(view), p.depth_year_points_limit));
}

// The policy's measure over W12 in 10^-6 of a unit.
int128 MeasureOfW12(const View& view) {
  int128 sum = 0;
  for (const auto& [currency, months] : SumsOf(view.facts, view.calendar)) {
    if (currency != view.facts.currency) continue;
    for (const auto& [month, sums] : months) {
      if (month > view.month() || month.index <= view.month().index - 12) continue;
      switch (view.policy.measure) {
        case Measure::kRevenue:
          sum += sums.revenue;
          break;
        case Measure::kProfit:
          sum += sums.profit;
          break;
        case Measure::kUnits:
          sum += sums.units;
          break;
        case Measure::kProjectIncome:
          sum += sums.project_income;
          break;
      }
    }
  }
  return sum;
}

Value ValueDimension(const View& view) {
  if (view.facts.orders.empty()) return std::nullopt;
  constexpr int128 kUnit = 1'000'000;
  const auto& bands = view.policy.value_bands;
  const int128 x = std::max<int128>(MeasureOfW12(view), 0);
  if (x <= bands.front().first * kUnit) return bands.front().second;
  for (size_t i = 1; i < bands.size(); ++i) {
    const int128 x0 = bands[i - 1].first * kUnit, x1 = bands[i].first * kUnit;
    const int128 y0 = bands[i - 1].second, y1 = bands[i].second;
    if (x <= x1) return static_cast<int64_t>(DivideHalfEven(y0 * (x1 - x0) + (x - x0) * (y1 - y0), x1 - x0));
  }
  return bands.back().second;
}

int64_t DaysLate(const View& view, const Invoice& invoice, Timestamp at) {
  return std::max<int64_t>(0, view.calendar.DayOf(at).index - view.calendar.DayOf(invoice.due).index);
}

Value PaymentDimension(const View& view) {
  int128 late = 0, amount = 0;
  for (const auto& [id, invoice] : view.facts.invoices) {
    if (invoice.currency != view.facts.currency || !view.InW12(invoice.due)) continue;
    for (const Payment& payment : invoice.payments) {
      amount += payment.amount;
      late += int128{payment.amount} * DaysLate(view, invoice, payment.at);
    }
    amount += invoice.Open();
    late += int128{invoice.Open()} * DaysLate(view, invoice, view.now.t);
  }
  if (amount == 0) return std::nullopt;
  const int128 lost = DivideHalfEven(1000 * late, amount * view.policy.payment_days);
  return lost >= 1000 ? 0 : static_cast<int64_t>(1000 - lost);
}

Value Service(const View& view) {
  const Facts& f = view.facts;
  const Policy& p = view.policy;
  const bool ordered = AnyOf(f.orders, [&](const Order& order) { return view.InW12(order.at); });
  const bool complained = AnyOf(f.complaints, [&](const Complaint& c) { return c.open || view.InW12(c.filed_at()); });
  if (!ordered && !complained) return std::nullopt;
  int64_t points = 1000;
  for (const auto& [id, complaint] : f.complaints) {
    if (complaint.open) points -= complaint.critical ? p.open_critical_points : p.open_other_points;
    if (complaint.recurrence && view.InW12(complaint.filed_at())) points -= p.recurrence_points;
  }
  SlaCounts counts;
  for (const auto& [month, of_month] : SlaByMonth(view)) {
    if (month > view.month() || month.index <= view.month().index - 12) continue;
    counts.hits += of_month.hits;
    counts.misses += of_month.misses;
  }
  if (counts.hits + counts.misses > 0)
    points -= static_cast<int64_t>(DivideHalfEven(p.sla_points * counts.misses, counts.hits + counts.misses));
  return Clamp(points);
}

Value Satisfaction(const View& view) {
  int128 sum = 0, answers = 0;
  for (const Answer& answer : view.facts.answers) {
    if (!view.InW12(answer.at)) continue;
    sum += int128{answer.score} * (2100 / answer.scale);
    ++answers;
  }
  if (answers == 0) return std::nullopt;
  return static_cast<int64_t>(DivideHalfEven(1000 * sum, 2100 * answers));
}

bool MonthHasBusiness(const View& view, Month month) {
  const Timestamp from = view.calendar.StartOf(month), to = std::min(view.calendar.EndOf(month), view.now.t);
  return AnyOf(view.facts.orders, [&](const Order& order) { return view.calendar.MonthOf(order.at) == month; }) ||
         AnyOf(view.facts.contracts, [&](const Contract& c) { return c.starts < c.ends && c.starts <= to && c.ends > from; });
}

Value Loyalty(const View& view) {
  if (view.facts.orders.empty() && view.facts.contracts.empty()) return std::nullopt;
  const Policy& p = view.policy;
  int64_t months = 0;
  for (int32_t back = 0; back < 12; ++back) months += MonthHasBusiness(view, Month{view.month().index - back});
  const int64_t years = std::min(YearsSinceFirst(view), p.loyalty_years_counted);
  const int128 numerator = int128{p.loyalty_month_points} * months * p.loyalty_years_counted + int128{p.loyalty_year_points} * years * 12;
  return Clamp(static_cast<int64_t>(DivideHalfEven(numerator, int128{12} * p.loyalty_years_counted)));
}

}  // namespace

bool View::InLastMonths(Timestamp t, int32_t n) const {
  const int32_t index = calendar.MonthOf(t).index;
  return index <= month().index && index > month().index - n;
}

int64_t YearsSinceFirst(const View& view) {
  const auto first = FirstContractOrOrder(view.facts);
  return first ? view.calendar.FullYearsBetween(*first, view.now.t) : 0;
}

bool ActiveAt(const Contract& contract, Timestamp t) { return contract.starts <= t && t < contract.ends; }

bool RunsForMonths(const Contract& contract, int64_t months, const BusinessCalendar& calendar) {
  return calendar.AddMonths(contract.starts, static_cast<int32_t>(months)) <= contract.ends;
}

bool ActiveInW12(const Contract& contract, const View& view) {
  const Timestamp from = view.calendar.StartOf(Month{view.month().index - 11});
  return contract.starts < contract.ends && contract.starts <= view.now.t && contract.ends > from;
}

bool IsExecutiveMeeting(const Visit& visit) {
  const bool theirs = std::any_of(visit.met.begin(), visit.met.end(), [](const Met& met) { return met.level == v1::LEVEL_EXECUTIVE; });
  return theirs && visit.executive_of_ours;
}

std::set<std::string> DepartmentsMet(const View& view) {
  std::set<std::string> departments;
  for (const Visit& visit : view.facts.visits)
    if (view.InW12(visit.at))
      for (const Met& met : visit.met) departments.insert(met.department);
  departments.erase("");
  return departments;
}

std::set<v1::Level> LevelsMet(const View& view) {
  std::set<v1::Level> levels;
  for (const Visit& visit : view.facts.visits)
    if (view.InW12(visit.at))
      for (const Met& met : visit.met) levels.insert(met.level);
  levels.erase(v1::LEVEL_UNSPECIFIED);
  return levels;
}

std::set<std::string> BusinessLines(const View& view) {
  std::set<std::string> lines;
  for (const auto& [id, order] : view.facts.orders)
    if (view.InW12(order.at))
      for (const Line& line : order.lines) lines.insert(line.business_line);
  for (const auto& [id, contract] : view.facts.contracts)
    if (ActiveInW12(contract, view)) lines.insert(contract.lines.begin(), contract.lines.end());
  lines.erase("");
  return lines;
}

std::map<Month, SlaCounts> SlaByMonth(const View& view) {
  std::map<Month, SlaCounts> by_month;
  for (const auto& [id, complaint] : view.facts.complaints) {
    for (const SlaDecision& decision : DecisionsOf(complaint, view.now)) {
      SlaCounts& counts = by_month[view.calendar.MonthOf(decision.at)];
      ++(decision.hit ? counts.hits : counts.misses);
    }
  }
  return by_month;
}

Dimensions DimensionsOf(const View& view) {
  return {Height(view),           Breadth(view), Depth(view),        ValueDimension(view),
          PaymentDimension(view), Service(view), Satisfaction(view), Loyalty(view)};
}

std::optional<int64_t> ScoreOf(const Dimensions& dimensions, const Policy& policy) {
  int128 points = 0, weights = 0;
  for (int i = 0; i < kDimensions; ++i) {
    if (!dimensions[i] && policy.when_missing[i] == WhenMissing::kExclude) continue;
    points += int128{policy.weight[i]} * dimensions[i].value_or(0);
    weights += policy.weight[i];
  }
  if (weights == 0) return std::nullopt;
  return static_cast<int64_t>(DivideHalfEven(points, weights));
}

}  // namespace guanxi::reference
