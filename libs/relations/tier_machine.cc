#include "relations/tier_machine.h"

#include <algorithm>

#include "relations/check.h"
#include "relations/dimensions.h"

namespace guanxi::relations {
namespace {

Tier Above(Tier tier) { return static_cast<Tier>(static_cast<uint8_t>(tier) + 1); }
Tier Below(Tier tier) { return static_cast<Tier>(static_cast<uint8_t>(tier) - 1); }

struct Assessing {
  const AccountCore& core;
  const Window& window;
  const Policy& policy;
  const Evaluation& now;
};

// The newest event of each weighed dimension's evidence; of a gate, its newest ones.
std::vector<Position> EvidenceOfChange(const Assessing& a, GateKind gate) {
  std::vector<Position> out;
  if (gate != GateKind::kNone) {
    out = EvidenceOf(a.core, a.window, gate);
  } else {
    for (size_t i = 0; i < kDimensionCount; ++i) {
      if (a.now.dimensions[i] == kNotApplicable || a.policy.weights[i] == 0) continue;
      const std::vector<Position> positions = EvidenceOf(a.core, a.window, static_cast<Dimension>(i));
      if (!positions.empty()) out.push_back(positions.back());
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }
  if (out.size() > kEvidenceMax) out.erase(out.begin(), out.end() - kEvidenceMax);
  // Nothing of W12 is left: the silence since the newest event is the evidence.
  if (out.empty()) out.push_back(a.core.last_position);
  return out;
}

// What decided, with its numbers.
struct Reason {
  TierRuleKind rule{};
  GateKind gate = GateKind::kNone;
  int32_t threshold = 0;
  int64_t actual = 0;
  std::optional<Timestamp> waited_until;
};

TierChange MakeChange(const Assessing& a, Tier to, const Reason& reason) {
  TierChange change{.at = a.window.t,
                    .from = a.core.tier.tier,
                    .to = to,
                    .rule = reason.rule,
                    .gate = reason.gate,
                    .threshold = reason.threshold,
                    .policy_name = a.policy.name,
                    .policy_version = a.policy.version,
                    .score = a.now.score,
                    .before = a.core.tier.dimensions,
                    .after = a.now.dimensions,
                    .evidence = EvidenceOfChange(a, reason.gate),
                    .policy_segment = a.policy.segment.name,
                    .actual = reason.actual,
                    .waited_until = reason.waited_until};
  std::copy(a.policy.weights.begin(), a.policy.weights.end(), change.weights.begin());
  return change;
}

void Change(const Assessing& a, Decision& d, Tier to, const Reason& reason) {
  d.change = MakeChange(a, to, reason);
  d.machine.tier = to;
  d.machine.last_change_at = a.window.t;
  d.machine.month_ends_below = 0;
}

bool DownByGate(const Assessing& a, Decision& d) {
  const std::optional<FailedGate> failed = FirstFailedGate(a.core, a.window, a.policy, d.machine.tier);
  if (!failed) return false;
  Tier to = Below(d.machine.tier);
  while (FirstFailedGate(a.core, a.window, a.policy, to)) to = Below(to);
  Change(a, d, to, {.rule = TierRuleKind::kGate, .gate = failed->rule.kind, .threshold = failed->rule.threshold, .actual = failed->actual});
  return true;
}

// True when the score is below the tier's down edge, whether that moved the tier or not.
bool DownByScore(const Assessing& a, Decision& d, bool month_end) {
  if (d.machine.tier == Tier::kOrdinary) return false;
  const int32_t edge = a.policy.RuleOf(d.machine.tier).down;
  if (a.now.score >= edge) {
    d.machine.month_ends_below = 0;
    return false;
  }
  if (month_end && ++d.machine.month_ends_below >= a.policy.month_ends_down)
    Change(a, d, Below(d.machine.tier), {.rule = TierRuleKind::kScoreDown, .threshold = edge, .actual = d.machine.month_ends_below});
  return true;
}

void Up(const Assessing& a, Decision& d) {
  if (d.machine.tier == Tier::kStrategic) return;
  const Tier next = Above(d.machine.tier);
  const int32_t edge = a.policy.RuleOf(next).up;
  if (a.now.score < edge || a.now.score == kNotApplicable) return;
  if (FirstFailedGate(a.core, a.window, a.policy, next)) return;
  const std::optional<Timestamp> allowed_from = DwellEndsAt(d.machine, a.policy);
  d.waits_for_dwell = allowed_from && a.window.t < *allowed_from;
  if (!d.waits_for_dwell) Change(a, d, next, {.rule = TierRuleKind::kScoreUp, .threshold = edge, .waited_until = allowed_from});
}

}  // namespace

std::optional<Timestamp> DwellEndsAt(const TierMachine& machine, const Policy& policy) {
  if (!machine.last_change_at) return std::nullopt;
  return Timestamp{machine.last_change_at->micros + policy.dwell_days * kMicrosPerDay};
}

Decision DecideTier(const AccountCore& core, Timestamp t, bool month_end, const Policy& policy, BusinessCalendar calendar) {
  GUANXI_INVARIANT(core.tier.tier >= Tier::kOrdinary && core.tier.tier <= Tier::kStrategic);
  const Window window = SumWindow(core, t, calendar);
  Evaluation now{.dimensions = DimensionsOf(InputsOf(core, window, policy), policy)};
  now.score = ScoreOf(now.dimensions, policy);
  const Assessing assessing{core, window, policy, now};
  Decision d{.machine = core.tier};
  if (!DownByGate(assessing, d) && !DownByScore(assessing, d, month_end)) Up(assessing, d);
  d.machine.dimensions = now.dimensions;
  d.machine.score = now.score;
  return d;
}

void ApplyDecision(AccountCore& core, const Decision& decision) {
  core.tier = decision.machine;
  if (!decision.change) return;
  if (core.tier_changes.size() == kTierChangesKept) core.tier_changes.erase(core.tier_changes.begin());
  core.tier_changes.push_back(*decision.change);
}

}  // namespace guanxi::relations
