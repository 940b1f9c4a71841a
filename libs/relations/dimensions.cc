#include "relations/dimensions.h"

#include <algorithm>

namespace guanxi::relations {
namespace {

constexpr int64_t kMicros = 1'000'000;

int16_t Clamp(int128 points) { return static_cast<int16_t>(std::clamp<int128>(points, 0, 1000)); }

int16_t HeightPoints(const AccountCore& core, const Window& w, const HeightConstants& p) {
  if (core.counts.visits == 0) return kNotApplicable;
  const int64_t base = p.base[static_cast<size_t>(HighestLevel(w.levels_met))];
  return Clamp(base + int64_t{p.per_executive_meeting} * std::min<int64_t>(w.executive_meetings, p.executive_meetings_max));
}

int16_t BreadthPoints(const AccountCore& core, const Window& w, const BreadthConstants& p) {
  if (core.counts.visits == 0 && core.counts.orders == 0) return kNotApplicable;
  // One common denominator, so that there is one division.
  const int128 df = p.departments_full, lf = p.levels_full, bf = p.lines_full;
  const int128 departments = int128{p.departments_points} * std::min<int64_t>(w.departments, p.departments_full);
  const int128 levels = int128{p.levels_points} * std::min<int64_t>(LevelsIn(w.levels_met), p.levels_full);
  const int128 lines = int128{p.lines_points} * std::min<int64_t>(w.lines, p.lines_full);
  return Clamp(DivideHalfEven(departments * lf * bf + levels * df * bf + lines * df * lf, df * lf * bf));
}

int16_t DepthPoints(const AccountCore& core, const Window& w, const DepthConstants& p) {
  const Counts& c = core.counts;
  if (c.contracts == 0 && c.orders == 0 && c.joint_projects == 0 && c.trials == 0) return kNotApplicable;
  int64_t points = 0;
  if (w.contracts_active > 0) points += w.longest_active_months >= p.long_contract_months ? p.long_contract : p.active_contract;
  points += std::min<int64_t>(p.projects_max, int64_t{p.per_project} * (w.joint_projects + w.trials));
  points += std::min<int64_t>(p.supporters_max, int64_t{p.per_supporter} * static_cast<int64_t>(c.supporters));
  points += std::min<int64_t>(p.years_max, int64_t{p.per_year} * w.years_since_first);
  return Clamp(points);
}

int128 MeasureOf(const TradeSums& sums, Measure measure) {
  switch (measure) {
    case Measure::kRevenue:
      return sums.revenue;
    case Measure::kProfit:
      return sums.profit;
    case Measure::kUnits:
      return sums.units;
    case Measure::kProjectIncome:
      return sums.project_income;
  }
  return 0;
}

int16_t ValuePoints(const AccountCore& core, const Window& w, const Policy& policy) {
  if (core.counts.orders == 0) return kNotApplicable;
  const int128 x = std::max<int128>(0, MeasureOf(w.net, policy.measure));
  const std::vector<BandPoint>& bands = policy.value_bands;
  for (size_t i = 1; i < bands.size(); ++i) {
    const int128 x0 = int128{bands[i - 1].amount} * kMicros, x1 = int128{bands[i].amount} * kMicros;
    const int128 y0 = bands[i - 1].points, y1 = bands[i].points;
    if (x <= x1) return Clamp(DivideHalfEven(y0 * (x1 - x0) + (x - x0) * (y1 - y0), x1 - x0));
  }
  return Clamp(bands.back().points);
}

int16_t PaymentPoints(const AccountCore& core, const Window& w, int32_t full_days) {
  int128 amount = 0, amount_days = 0;
  for (const DueMonth& m : core.due_months) {
    if (!InWindow(w, m.month)) continue;
    amount += m.paid;
    amount_days += m.paid_days_late;
  }
  for (const DueDay& d : core.due_days) {
    if (d.day >= w.past_day) break;
    if (d.day < w.first_day) continue;
    amount += d.open;
    amount_days += d.open * std::max(0, w.today.index - d.day.index);
  }
  if (amount == 0) return kNotApplicable;
  if (amount_days == 0) return 1000;
  return Clamp(1000 - DivideHalfEven(1000 * amount_days, amount * full_days));
}

int16_t ServicePoints(const AccountCore& core, const Window& w, const ServiceConstants& p) {
  const auto critical = static_cast<int64_t>(core.counts.complaints_open_critical);
  const auto other = static_cast<int64_t>(core.counts.complaints_open_other);
  if (w.orders == 0 && w.complaints == 0 && critical + other == 0) return kNotApplicable;
  const int64_t decisions = int64_t{w.sla_hits} + w.sla_misses;
  int128 points = 1000 - int128{p.per_critical} * critical - int128{p.per_open} * other - int128{p.per_recurrence} * w.recurrences;
  if (w.sla_misses > 0) points -= DivideHalfEven(int128{p.sla_points} * w.sla_misses, decisions);
  return Clamp(points);
}

int16_t SatisfactionPoints(const Window& w) {
  if (w.survey_answers == 0) return kNotApplicable;
  return Clamp(DivideHalfEven(int128{1000} * w.survey_sum, int128{2100} * w.survey_answers));
}

int16_t LoyaltyPoints(const AccountCore& core, const Window& w, const LoyaltyConstants& p) {
  if (!core.first_trade_at) return kNotApplicable;
  const int128 months = int128{p.months_points} * w.months_with_business;
  const int128 years = int128{p.years_points} * std::min(w.years_since_first, p.years_full);
  const int128 full_months = kWindowMonths, full_years = p.years_full;
  return Clamp(DivideHalfEven(months * full_years + years * full_months, full_months * full_years));
}

int64_t ExecutiveMeetingsSince(const AccountCore& core, const Window& w, int32_t months) {
  int64_t meetings = 0;
  for (const MonthBucket& m : core.months)
    if (m.month.index > w.last.index - months && m.month <= w.last) meetings += m.executive_meetings;
  return meetings;
}

// Days the oldest open invoice is overdue; 0 when nothing is. Of invoices due
// before W12 only that they are is known: one more than the days of W12 so far.
int64_t DaysOverdue(const AccountCore& core, const Window& w) {
  if (core.older_open > 0) return int64_t{w.today.index} - w.first_day.index + 1;
  if (core.due_days.empty()) return 0;
  return std::max<int64_t>(0, int64_t{w.today.index} - core.due_days.front().day.index);
}

}  // namespace

DimensionValues DimensionsOf(const AccountCore& core, const Window& w, const Policy& policy) {
  return {HeightPoints(core, w, policy.height),
          BreadthPoints(core, w, policy.breadth),
          DepthPoints(core, w, policy.depth),
          ValuePoints(core, w, policy),
          PaymentPoints(core, w, policy.payment_full_days),
          ServicePoints(core, w, policy.service),
          SatisfactionPoints(w),
          LoyaltyPoints(core, w, policy.loyalty)};
}

int16_t ScoreOf(const DimensionValues& dimensions, const Policy& policy) {
  int64_t weighted = 0, weights = 0;
  for (size_t i = 0; i < kDimensionCount; ++i) {
    if (dimensions[i] == kNotApplicable && policy.missing[i] == MissingTreatment::kExclude) continue;
    weights += policy.weights[i];
    weighted += int64_t{policy.weights[i]} * std::max<int16_t>(0, dimensions[i]);
  }
  return weights == 0 ? kNotApplicable : static_cast<int16_t>(DivideHalfEven(weighted, weights));
}

int64_t GateActual(const AccountCore& core, const Window& w, GateRule gate) {
  switch (gate.kind) {
    case GateKind::kNone:
      return 0;
    case GateKind::kOrdersOrContracts:
      return int64_t{w.orders} + w.contracts_in_window;
    case GateKind::kActiveContracts:
      return w.contracts_active;
    case GateKind::kDepartmentsMet:
      return static_cast<int64_t>(w.departments);
    case GateKind::kLevelsMet:
      return LevelsIn(w.levels_met);
    case GateKind::kDecisionMakerMet:
      return w.decision_maker_visits;
    case GateKind::kLinesOrJointProject:
      return w.joint_projects > 0 ? std::max<int64_t>(gate.threshold, w.lines) : static_cast<int64_t>(w.lines);
    case GateKind::kExecutiveMeeting:
      return ExecutiveMeetingsSince(core, w, gate.threshold);
    case GateKind::kContractOfMonths:
      return w.longest_active_months;
    case GateKind::kCriticalComplaints:
      return static_cast<int64_t>(core.counts.complaints_open_critical);
    case GateKind::kOverdueDays:
      return DaysOverdue(core, w);
    case GateKind::kMonthsWithOrders:
      return w.months_with_orders;
    case GateKind::kYearsSinceFirst:
      return w.years_since_first;
  }
  return 0;
}

bool GateHolds(GateRule gate, int64_t actual) {
  switch (gate.kind) {
    case GateKind::kExecutiveMeeting:
      return actual >= 1;
    case GateKind::kCriticalComplaints:
    case GateKind::kOverdueDays:
      return actual <= gate.threshold;
    default:
      return actual >= gate.threshold;
  }
}

GateKind FirstFailedGate(const AccountCore& core, const Window& w, const Policy& policy, Tier tier) {
  if (tier <= Tier::kOrdinary) return GateKind::kNone;
  for (const GateRule& gate : policy.RuleOf(tier).gates)
    if (!GateHolds(gate, GateActual(core, w, gate))) return gate.kind;
  return GateKind::kNone;
}

}  // namespace guanxi::relations
