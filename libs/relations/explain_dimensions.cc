#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "relations/dimensions.h"
#include "relations/explain.h"

namespace guanxi::relations {
namespace {

std::string Plural(int64_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

// "1,234,567.50"
std::string Grouped(std::string_view digits) {
  const size_t first = digits.starts_with('-') ? 1 : 0, point = std::min(digits.find('.'), digits.size());
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (first < i && i < point && (point - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}
std::string Amount(int128 micros) { return Grouped(FormatMicros(micros)); }

// numerator / denominator with one decimal, half to even.
std::string Tenths(int128 numerator, int128 denominator) {
  const int128 tenths = DivideHalfEven(10 * numerator, denominator);
  return Grouped(FormatInt128(tenths / 10)) + "." + FormatInt128(tenths % 10);
}

// "2", or "min(7, 5)" where more do not count.
std::string Capped(int64_t n, int64_t max) { return n <= max ? std::to_string(n) : fmt::format("min({}, {})", n, max); }
// "100 x 2 trials", or "min(200, 100 x 3 trials)" where more points do not count.
std::string CappedPoints(int64_t per, int64_t n, std::string_view what, int64_t max) {
  const std::string product = fmt::format("{} x {}", per, what);
  return per * n <= max ? product : fmt::format("min({}, {})", max, product);
}

std::string FormulaOf(const HeightInputs& in, const HeightConstants& p) {
  const std::string met = in.highest_met == Level::kUnspecified ? "nobody of a known level met"
                                                                : fmt::format("{} is the highest level met", NameOf(in.highest_met));
  return fmt::format("{} ({} in 12 months) + {} x {} executive-to-executive {}", p.base[static_cast<size_t>(in.highest_met)], met,
                     p.per_executive_meeting, Capped(in.executive_meetings, p.executive_meetings_max),
                     in.executive_meetings == 1 ? "meeting" : "meetings");
}

std::string FormulaOf(const BreadthInputs& in, const BreadthConstants& p) {
  return fmt::format("{} x {}/{} departments met + {} x {}/{} levels met + {} x {}/{} business lines", p.departments_points,
                     Capped(in.departments_met, p.departments_full), p.departments_full, p.levels_points,
                     Capped(in.levels_met, p.levels_full), p.levels_full, p.lines_points, Capped(in.business_lines, p.lines_full),
                     p.lines_full);
}

std::string ContractPart(const DepthInputs& in, const DepthConstants& p) {
  if (in.active_contracts == 0) return "0 (no active contract)";
  const bool is_long = in.longest_contract_months >= p.long_contract_months;
  return fmt::format("{} (active contract of {}, {} {})", is_long ? p.long_contract : p.active_contract,
                     Plural(in.longest_contract_months, "month", "months"), is_long ? "at least" : "less than", p.long_contract_months);
}

std::string FormulaOf(const DepthInputs& in, const DepthConstants& p) {
  return fmt::format("{} + {} + {} + {}", ContractPart(in, p),
                     CappedPoints(p.per_project, in.projects_and_trials,
                                  Plural(in.projects_and_trials, "joint project or trial", "joint projects and trials"), p.projects_max),
                     CappedPoints(p.per_supporter, in.supporters, Plural(in.supporters, "supporter or mentor", "supporters and mentors"),
                                  p.supporters_max),
                     CappedPoints(p.per_year, in.full_years, Plural(in.full_years, "full year", "full years"), p.years_max));
}

std::string FormulaOf(const ValueInputs& in, const std::vector<BandPoint>& bands) {
  static constexpr std::array<std::string_view, 4> kMeasures = {"revenue", "profit", "units", "project income"};
  const std::string_view unit = in.measure == Measure::kUnits ? "pieces" : in.currency.view();
  std::string text = fmt::format("{} of 12 months {} {}", kMeasures[static_cast<size_t>(in.measure)], Amount(in.amount), unit);
  if (in.amount < 0) text += ", counted as 0";
  const size_t i = BandOf(in.amount, bands);
  const auto whole = [](int64_t amount) { return Grouped(std::to_string(amount)); };
  if (i == bands.size()) return fmt::format("{}, above {}: {}", text, whole(bands.back().amount), bands.back().points);
  const BandPoint &from = bands[i - 1], &to = bands[i];
  return fmt::format("{}: {} + ({} - {}) x ({} - {}) / ({} - {})", text, from.points, Amount(std::max<int128>(0, in.amount)),
                     whole(from.amount), to.points, from.points, whole(to.amount), whole(from.amount));
}

std::string FormulaOf(const PaymentInputs& in, int32_t full_days) {
  return fmt::format("1000 - 1000 x {} {} x days late / ({} {} due in 12 months x {} days)", Amount(in.amount_days), in.currency.view(),
                     Amount(in.amount), in.currency.view(), full_days);
}

std::string FormulaOf(const ServiceInputs& in, const ServiceConstants& p) {
  const int64_t decisions = in.sla_hits + in.sla_misses;
  const std::string sla = decisions == 0 ? "0 (no response or resolution was due)"
                                         : fmt::format("{} x {}/{} responses and resolutions late", p.sla_points, in.sla_misses, decisions);
  return fmt::format("1000 - {} x {} - {} x {} - {} x {} - {}", p.per_critical,
                     Plural(in.open_critical, "open critical complaint", "open critical complaints"), p.per_open,
                     Plural(in.open_other, "other open complaint", "other open complaints"), p.per_recurrence,
                     Plural(in.recurrences, "recurrence in 12 months", "recurrences in 12 months"), sla);
}

std::string FormulaOf(const SatisfactionInputs& in) {
  return fmt::format("{} in all, of 1000 each / {} of 12 months", Tenths(1000 * in.score_sum, 2100),
                     Plural(in.answers, "answer", "answers"));
}

std::string FormulaOf(const LoyaltyInputs& in, const LoyaltyConstants& p) {
  return fmt::format("{} x {}/12 months with an order or an active contract + {} x {}/{} full years since the first", p.months_points,
                     in.months_with_business, p.years_points, Capped(in.full_years, p.years_full), p.years_full);
}

std::string FormulaOf(Dimension dimension, const DimensionInputs& in, const Policy& p) {
  switch (dimension) {
    case Dimension::kHeight:
      return FormulaOf(in.height, p.height);
    case Dimension::kBreadth:
      return FormulaOf(in.breadth, p.breadth);
    case Dimension::kDepth:
      return FormulaOf(in.depth, p.depth);
    case Dimension::kValue:
      return FormulaOf(in.value, p.value_bands);
    case Dimension::kPayment:
      return FormulaOf(in.payment, p.payment_full_days);
    case Dimension::kService:
      return FormulaOf(in.service, p.service);
    case Dimension::kSatisfaction:
      return FormulaOf(in.satisfaction);
    case Dimension::kLoyalty:
      return FormulaOf(in.loyalty, p.loyalty);
  }
  return "";
}

// Why a dimension is not applicable.
constexpr std::array<std::string_view, kDimensionCount> kMissing = {
    "no visit or meeting ever",
    "no visit and no order ever",
    "no contract, order, joint project or trial ever",
    "no order ever",
    "no invoice due in 12 months",
    "no order and no complaint in 12 months, and none open",
    "no survey answered in 12 months",
    "no order and no contract ever",
};

bool TakesPart(size_t i, const DimensionValues& values, const Policy& p) {
  return p.weights[i] > 0 && (values[i] != kNotApplicable || p.missing[i] == MissingTreatment::kAsZero);
}

int64_t WeightOfAll(const DimensionValues& values, const Policy& p) {
  int64_t sum = 0;
  for (size_t i = 0; i < kDimensionCount; ++i)
    if (TakesPart(i, values, p)) sum += p.weights[i];
  return sum;
}

// What the dimension brings into the score.
std::string ShareOf(size_t i, const DimensionValues& values, const Policy& p) {
  const int64_t weight = p.weights[i], all = WeightOfAll(values, p);
  if (weight == 0) return "weight 0: no part of the score";
  if (!TakesPart(i, values, p)) return fmt::format("left out of the score (weight {})", weight);
  const int64_t value = std::max<int16_t>(0, values[i]);
  return fmt::format("weight {} of {}: {} of {} points", weight, all, Tenths(int128{weight} * value, all),
                     Tenths(int128{1000} * weight, all));
}

// Said where the sum before it may lie beyond the bound.
std::string_view BoundOf(Dimension dimension, int16_t value) {
  const bool subtracts = dimension == Dimension::kPayment || dimension == Dimension::kService;
  if (value == 0 && subtracts) return " (never below 0)";
  const bool adds = dimension == Dimension::kHeight || dimension == Dimension::kBreadth || dimension == Dimension::kDepth;
  return value == 1000 && adds ? " (never above 1000)" : "";
}

}  // namespace

std::string CalculationOf(Dimension dimension, const DimensionInputs& inputs, const DimensionValues& values, const Policy& policy) {
  const auto i = static_cast<size_t>(dimension);
  const std::string share = ShareOf(i, values, policy);
  if (values[i] == kNotApplicable) {
    const bool as_zero = policy.weights[i] > 0 && policy.missing[i] == MissingTreatment::kAsZero;
    return fmt::format("not applicable: {}; {}{}", kMissing[i], as_zero ? "counted as 0, " : "", share);
  }
  return fmt::format("{} = {}{}; {}", FormulaOf(dimension, inputs, policy), values[i], BoundOf(dimension, values[i]), share);
}

std::string ScoreCalculationOf(const DimensionValues& values, const Policy& policy) {
  const int16_t score = ScoreOf(values, policy);
  if (score == kNotApplicable) return "no score: no dimension is applicable";
  std::string sum;
  for (size_t i = 0; i < kDimensionCount; ++i)
    if (TakesPart(i, values, policy))
      sum += fmt::format("{}{} x {}", sum.empty() ? "" : " + ", policy.weights[i], std::max<int16_t>(0, values[i]));
  return fmt::format("({}) / {} = {}", sum, WeightOfAll(values, policy), score);
}

}  // namespace guanxi::relations
