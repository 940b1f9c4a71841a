#include "relations/assess.h"

#include <fmt/format.h>

#include "relations/dimensions.h"
#include "relations/tier_machine.h"

namespace guanxi::relations {
namespace {

std::string Plural(int64_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

// What the gate found, in words.
std::string Finding(GateRule gate, int64_t actual) {
  switch (gate.kind) {
    case GateKind::kNone:
      return "";
    case GateKind::kOrdersOrContracts:
      return fmt::format("{} in 12 months, needs {}", Plural(actual, "order or contract", "orders or contracts"), gate.threshold);
    case GateKind::kActiveContracts:
      return fmt::format("{}, needs {}", Plural(actual, "active contract", "active contracts"), gate.threshold);
    case GateKind::kDepartmentsMet:
      return fmt::format("{} met in 12 months, needs {}", Plural(actual, "department", "departments"), gate.threshold);
    case GateKind::kLevelsMet:
      return fmt::format("{} met in 12 months, needs {}", Plural(actual, "level", "levels"), gate.threshold);
    case GateKind::kDecisionMakerMet:
      return fmt::format("{} with a decision maker in 12 months, needs {}", Plural(actual, "visit", "visits"), gate.threshold);
    case GateKind::kLinesOrJointProject:
      return fmt::format("{}, needs {} or a joint project", Plural(actual, "business line", "business lines"), gate.threshold);
    case GateKind::kExecutiveMeeting:
      return actual == 0 ? fmt::format("none in the last {} calendar months", gate.threshold)
                         : fmt::format("{} in the last {} calendar months", actual, gate.threshold);
    case GateKind::kContractOfMonths:
      return actual < 0 ? fmt::format("no active contract, needs one of {} months", gate.threshold)
                        : fmt::format("longest active contract {}, needs {}", Plural(actual, "month", "months"), gate.threshold);
    case GateKind::kCriticalComplaints:
      return fmt::format("{}, at most {} allowed", Plural(actual, "open critical complaint", "open critical complaints"), gate.threshold);
    case GateKind::kOverdueDays:
      return fmt::format("oldest open invoice {} overdue, at most {} allowed", Plural(actual, "day", "days"), gate.threshold);
    case GateKind::kMonthsWithOrders:
      return fmt::format("orders in {} of 12, needs {}", Plural(actual, "month", "months"), gate.threshold);
    case GateKind::kYearsSinceFirst:
      return fmt::format("{} since the first contract or order, needs {}", Plural(actual, "full year", "full years"), gate.threshold);
  }
  return "";
}

std::vector<DimensionResult> DimensionResults(const AccountCore& core, const Window& w, const Policy& policy,
                                              const DimensionValues& values) {
  std::vector<DimensionResult> results;
  for (size_t i = 0; i < kDimensionCount; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const bool applicable = values[i] != kNotApplicable;
    results.push_back({dimension, applicable, applicable ? values[i] : 0, policy.weights[i],
                       applicable ? EvidenceOf(core, w, dimension) : std::vector<Position>{}});
  }
  return results;
}

std::vector<GateResult> GateResults(const AccountCore& core, const Window& w, const Policy& policy) {
  std::vector<GateResult> results;
  for (const Tier tier : {Tier::kPreferred, Tier::kPartner, Tier::kStrategic}) {
    for (const GateRule& gate : policy.RuleOf(tier).gates) {
      const int64_t actual = GateActual(core, w, gate);
      results.push_back({tier, gate.kind, gate.threshold, actual, GateHolds(gate, actual),
                         fmt::format("{}: {}", NameOf(gate.kind), Finding(gate, actual)), EvidenceOf(core, w, gate.kind)});
    }
  }
  return results;
}

void AddMissing(Assessment& a, const AccountCore& core, const Policy& policy) {
  const int32_t edge = policy.RuleOf(*a.next).up;
  if (!a.score) {
    a.missing.push_back({Shortfall::Kind::kScore, GateKind::kNone, 0, edge, fmt::format("no score, needs {}", edge)});
  } else if (*a.score < edge) {
    a.missing.push_back({Shortfall::Kind::kScore, GateKind::kNone, *a.score, edge, fmt::format("score {}, needs {}", *a.score, edge)});
  }
  for (const GateResult& gate : a.gates)
    if (gate.tier == *a.next && !gate.pass)
      a.missing.push_back({Shortfall::Kind::kGate, gate.kind, gate.actual, gate.threshold, "gate " + gate.text});
  if (const auto from = DwellEndsAt(core.tier, policy); from && a.at < *from)
    a.missing.push_back(
        {Shortfall::Kind::kDwell, GateKind::kNone, a.at.micros, from->micros,
         fmt::format("last change {}, no rise before {}", FormatTimestamp(*core.tier.last_change_at), FormatTimestamp(*from))});
}

}  // namespace

Evaluation Evaluate(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar) {
  Evaluation evaluation{.dimensions = DimensionsOf(core, SumWindow(core, t, calendar), policy)};
  evaluation.score = ScoreOf(evaluation.dimensions, policy);
  return evaluation;
}

Assessment Assess(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar) {
  const Window w = SumWindow(core, t, calendar);
  const DimensionValues values = DimensionsOf(core, w, policy);
  const int16_t score = ScoreOf(values, policy);
  Assessment a{.at = t, .policy_name = policy.name, .policy_version = policy.version, .evidence_note = policy.evidence_note};
  a.dimensions = DimensionResults(core, w, policy, values);
  if (score != kNotApplicable) a.score = score;
  a.gates = GateResults(core, w, policy);
  a.tier = core.tier.tier;
  if (a.tier == Tier::kStrategic) return a;
  a.next = static_cast<Tier>(static_cast<uint8_t>(a.tier) + 1);
  AddMissing(a, core, policy);
  return a;
}

}  // namespace guanxi::relations
