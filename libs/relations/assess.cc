#include "relations/assess.h"

#include <fmt/format.h>

#include "relations/dimensions.h"
#include "relations/explain.h"
#include "relations/tier_machine.h"

namespace guanxi::relations {
namespace {

std::vector<DimensionResult> DimensionResults(const AccountCore& core, const Window& w, const Policy& policy, const DimensionInputs& inputs,
                                              const DimensionValues& values) {
  std::vector<DimensionResult> results;
  for (size_t i = 0; i < kDimensionCount; ++i) {
    const auto dimension = static_cast<Dimension>(i);
    const bool applicable = values[i] != kNotApplicable;
    results.push_back({.dimension = dimension,
                       .applicable = applicable,
                       .value = applicable ? values[i] : 0,
                       .weight = policy.weights[i],
                       .calculation = CalculationOf(dimension, inputs, values, policy),
                       .evidence = applicable ? EvidenceOf(core, w, dimension) : std::vector<Position>{}});
  }
  return results;
}

std::vector<GateResult> GateResults(const AccountCore& core, const Window& w, const Policy& policy) {
  std::vector<GateResult> results;
  for (const Tier tier : {Tier::kPreferred, Tier::kPartner, Tier::kStrategic}) {
    for (const GateRule& gate : policy.RuleOf(tier).gates) {
      const int64_t actual = GateActual(core, w, gate);
      const bool holds = GateHolds(w, gate, actual);
      results.push_back({tier, gate.kind, gate.threshold, actual, holds,
                         fmt::format("{}: {}", NameOf(gate.kind), FindingOf(gate, actual, holds)), EvidenceOf(core, w, gate.kind)});
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
  Evaluation evaluation{.dimensions = DimensionsOf(InputsOf(core, SumWindow(core, t, calendar), policy), policy)};
  evaluation.score = ScoreOf(evaluation.dimensions, policy);
  return evaluation;
}

Assessment Assess(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar) {
  const Window w = SumWindow(core, t, calendar);
  Assessment a{.at = t,
               .policy_name = policy.name,
               .policy_version = policy.version,
               .policy_segment = policy.segment.name,
               .evidence_note = policy.evidence_note,
               .inputs = InputsOf(core, w, policy)};
  const DimensionValues values = DimensionsOf(a.inputs, policy);
  const int16_t score = ScoreOf(values, policy);
  a.dimensions = DimensionResults(core, w, policy, a.inputs, values);
  a.score_calculation = ScoreCalculationOf(values, policy);
  if (score != kNotApplicable) a.score = score;
  a.gates = GateResults(core, w, policy);
  a.tier = core.tier.tier;
  if (a.tier == Tier::kStrategic) return a;
  a.next = static_cast<Tier>(static_cast<uint8_t>(a.tier) + 1);
  AddMissing(a, core, policy);
  return a;
}

}  // namespace guanxi::relations
