// The eight dimensions, the score and the gates of an account at one instant: the
// formulas of docs/domain-decisions.md, "The dimensions". Pure functions of a core
// that has been advanced to the instant; integers only. Cost of Evaluate: some
// hundred nanoseconds, O(12 months + contracts + open due days).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relations/account.h"
#include "relations/dimension_inputs.h"
#include "relations/policy.h"

namespace guanxi::relations {

// Precondition of all: core.swept_to is t, or t minus a microsecond; policy is the
// one for the account (PolicyFor in account.h).
struct Evaluation {
  DimensionValues dimensions = kNoDimensions;
  int16_t score = kNotApplicable;
};
Evaluation Evaluate(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar);

// Σ weight·dimension / Σ weight; kNotApplicable when no dimension takes part.
int16_t ScoreOf(const DimensionValues& dimensions, const Policy& policy);

struct DimensionResult {
  Dimension dimension{};
  bool applicable = false;
  int32_t value = 0;
  int32_t weight = 0;
  // "550 (senior is the highest level met) + 100 x 1 executive meeting = 650; weight 15 of 100: 97.5 of 150 points"
  std::string calculation;
  std::vector<Position> evidence;  // events that it rests on, ascending; the newest per month
};

struct GateResult {
  Tier tier{};  // whose gate it is
  GateKind kind{};
  int32_t threshold = 0;
  int64_t actual = 0;  // in the unit of the threshold
  bool pass = false;
  std::string text;  // "EXECUTIVE_MEETING: none in the last 6 calendar months"
  std::vector<Position> evidence;
};

// One thing that stands between the account and its next tier.
struct Shortfall {
  enum class Kind { kScore, kGate, kDwell } kind{};
  GateKind gate = GateKind::kNone;
  int64_t actual = 0, needed = 0;  // kDwell: microseconds since the epoch, now and from when on
  std::string text;                // "score 612, needs 800"
};

struct Assessment {
  Timestamp at;
  std::string policy_name;
  int32_t policy_version = 0;
  std::string policy_segment;  // its name; empty: the policy's own numbers
  std::string evidence_note;
  DimensionInputs inputs;                   // the numbers behind the dimensions
  std::vector<DimensionResult> dimensions;  // all eight, in order
  std::optional<int32_t> score;
  std::string score_calculation;   // "(15 x 650 + 20 x 530) / 35 = 581"
  std::vector<GateResult> gates;   // PREFERRED, PARTNER, STRATEGIC in the policy's order
  Tier tier{};                     // computed, as it stands
  std::optional<Tier> next;        // the tier above; nothing for STRATEGIC
  std::vector<Shortfall> missing;  // empty: the next assessment may rise
};

// What ExplainAccount shows. Allocates; not for the per-event path.
Assessment Assess(const AccountCore& core, Timestamp t, const Policy& policy, BusinessCalendar calendar);

}  // namespace guanxi::relations
