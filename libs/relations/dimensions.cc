#include "relations/dimensions.h"

#include <algorithm>

namespace guanxi::relations {
namespace {

constexpr int64_t kMicros = 1'000'000;

int16_t Clamp(int128 points) { return static_cast<int16_t>(std::clamp<int128>(points, 0, 1000)); }

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

PaymentInputs PaymentInputsOf(const AccountCore& core, const Window& w) {
  PaymentInputs in{.currency = core.currency};
  for (const DueMonth& m : core.due_months) {
    if (!InWindow(w, m.month)) continue;
    in.amount += m.paid;
    in.amount_days += m.paid_days_late;
  }
  for (const DueDay& d : core.due_days) {
    if (d.day >= w.past_day) break;
    if (d.day < w.first_day) continue;
    in.amount += d.open;
    in.amount_days += d.open * std::max(0, w.today.index - d.day.index);
  }
  return in;
}

int16_t PointsOf(const HeightInputs& in, const HeightConstants& p) {
  if (in.visits_ever == 0) return kNotApplicable;
  const int64_t base = p.base[static_cast<size_t>(in.highest_met)];
  return Clamp(base + int64_t{p.per_executive_meeting} * std::min<int64_t>(in.executive_meetings, p.executive_meetings_max));
}

int16_t PointsOf(const BreadthInputs& in, const BreadthConstants& p) {
  if (in.visits_ever == 0 && in.orders_ever == 0) return kNotApplicable;
  // One common denominator, so that there is one division.
  const int128 df = p.departments_full, lf = p.levels_full, bf = p.lines_full;
  const int128 departments = int128{p.departments_points} * std::min<int64_t>(in.departments_met, p.departments_full);
  const int128 levels = int128{p.levels_points} * std::min<int64_t>(in.levels_met, p.levels_full);
  const int128 lines = int128{p.lines_points} * std::min<int64_t>(in.business_lines, p.lines_full);
  return Clamp(DivideHalfEven(departments * lf * bf + levels * df * bf + lines * df * lf, df * lf * bf));
}

int16_t PointsOf(const DepthInputs& in, const DepthConstants& p) {
  if (in.contracts_ever == 0 && in.orders_ever == 0 && in.projects_ever == 0 && in.trials_ever == 0) return kNotApplicable;
  int64_t points = 0;
  if (in.active_contracts > 0) points += in.longest_contract_months >= p.long_contract_months ? p.long_contract : p.active_contract;
  points += std::min<int64_t>(p.projects_max, int64_t{p.per_project} * in.projects_and_trials);
  points += std::min<int64_t>(p.supporters_max, int64_t{p.per_supporter} * in.supporters);
  points += std::min<int64_t>(p.years_max, int64_t{p.per_year} * in.full_years);
  return Clamp(points);
}

int16_t PointsOf(const ValueInputs& in, const std::vector<BandPoint>& bands) {
  if (in.orders_ever == 0) return kNotApplicable;
  const int128 x = std::max<int128>(0, in.amount);
  const size_t i = BandOf(in.amount, bands);
  if (i == bands.size()) return Clamp(bands.back().points);
  const int128 x0 = int128{bands[i - 1].amount} * kMicros, x1 = int128{bands[i].amount} * kMicros;
  const int128 y0 = bands[i - 1].points, y1 = bands[i].points;
  return Clamp(DivideHalfEven(y0 * (x1 - x0) + (x - x0) * (y1 - y0), x1 - x0));
}

int16_t PointsOf(const PaymentInputs& in, int32_t full_days) {
  if (in.amount == 0) return kNotApplicable;
  if (in.amount_days == 0) return 1000;
  return Clamp(1000 - DivideHalfEven(1000 * in.amount_days, in.amount * full_days));
}

int16_t PointsOf(const ServiceInputs& in, const ServiceConstants& p) {
  if (in.orders == 0 && in.complaints == 0 && in.open_critical + in.open_other == 0) return kNotApplicable;
  int128 points =
      1000 - int128{p.per_critical} * in.open_critical - int128{p.per_open} * in.open_other - int128{p.per_recurrence} * in.recurrences;
  if (in.sla_misses > 0) points -= DivideHalfEven(int128{p.sla_points} * in.sla_misses, int128{in.sla_hits} + in.sla_misses);
  return Clamp(points);
}

int16_t PointsOf(const SatisfactionInputs& in) {
  if (in.answers == 0) return kNotApplicable;
  return Clamp(DivideHalfEven(int128{1000} * in.score_sum, int128{2100} * in.answers));
}

int16_t PointsOf(const LoyaltyInputs& in, const LoyaltyConstants& p) {
  if (!in.traded_ever) return kNotApplicable;
  const int128 months = int128{p.months_points} * in.months_with_business;
  const int128 years = int128{p.years_points} * std::min(in.full_years, p.years_full);
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

size_t BandOf(int128 amount, const std::vector<BandPoint>& bands) {
  size_t i = 1;
  while (i < bands.size() && amount > int128{bands[i].amount} * kMicros) ++i;
  return i;
}

DimensionInputs InputsOf(const AccountCore& core, const Window& w, const Policy& policy) {
  const Counts& c = core.counts;
  const auto signed_count = [](auto n) { return static_cast<int64_t>(n); };
  return {.height = {c.visits, HighestLevel(w.levels_met), w.executive_meetings},
          .breadth = {c.visits, c.orders, signed_count(w.departments), LevelsIn(w.levels_met), signed_count(w.lines)},
          .depth = {c.contracts, c.orders, c.joint_projects, c.trials, w.contracts_active, w.longest_active_months,
                    int64_t{w.joint_projects} + w.trials, signed_count(c.supporters), w.years_since_first},
          .value = {c.orders, policy.measure, MeasureOf(w.net, policy.measure), core.currency},
          .payment = PaymentInputsOf(core, w),
          .service = {w.orders, w.complaints, signed_count(c.complaints_open_critical), signed_count(c.complaints_open_other),
                      w.recurrences, w.sla_hits, w.sla_misses},
          .satisfaction = {w.survey_answers, signed_count(w.survey_sum)},
          .loyalty = {core.first_trade_at.has_value(), w.months_with_business, w.years_since_first}};
}

DimensionValues DimensionsOf(const DimensionInputs& in, const Policy& policy) {
  return {PointsOf(in.height, policy.height),
          PointsOf(in.breadth, policy.breadth),
          PointsOf(in.depth, policy.depth),
          PointsOf(in.value, policy.value_bands),
          PointsOf(in.payment, policy.payment_full_days),
          PointsOf(in.service, policy.service),
          PointsOf(in.satisfaction),
          PointsOf(in.loyalty, policy.loyalty)};
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
      return static_cast<int64_t>(w.lines);
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

bool GateHolds(const Window& w, GateRule gate, int64_t actual) {
  switch (gate.kind) {
    case GateKind::kLinesOrJointProject:
      return actual >= gate.threshold || w.joint_projects > 0;
    case GateKind::kExecutiveMeeting:
      return actual >= 1;
    case GateKind::kCriticalComplaints:
    case GateKind::kOverdueDays:
      return actual <= gate.threshold;
    default:
      return actual >= gate.threshold;
  }
}

std::optional<FailedGate> FirstFailedGate(const AccountCore& core, const Window& w, const Policy& policy, Tier tier) {
  if (tier <= Tier::kOrdinary) return std::nullopt;
  for (const GateRule& gate : policy.RuleOf(tier).gates)
    if (const int64_t actual = GateActual(core, w, gate); !GateHolds(w, gate, actual)) return FailedGate{gate, actual};
  return std::nullopt;
}

}  // namespace guanxi::relations
