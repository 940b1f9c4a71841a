// Texts for people who ask why: the formulas of docs/domain-decisions.md with an
// account's numbers in them, and what decided a tier change. Only renders; what it
// shows was computed in dimensions.cc and tier_machine.cc. Allocates; not for the
// per-event path. The texts may change, the names of gates and dimensions may not.
#pragma once

#include <string>

#include "relations/account.h"
#include "relations/dimension_inputs.h"
#include "relations/policy.h"

namespace guanxi::relations {

// "400 x 2/5 departments + 300 x 2/4 levels + 300 x 1/4 business lines = 385; weight
// 15 of 100: 57.8 of 150 points"; or why the dimension is not applicable and what
// that does to the score. `values` are those of the inputs, of all eight dimensions.
std::string CalculationOf(Dimension dimension, const DimensionInputs& inputs, const DimensionValues& values, const Policy& policy);

// "(15 x 385 + 20 x 530) / 35 = 468", or why there is no score.
std::string ScoreCalculationOf(const DimensionValues& values, const Policy& policy);

// What a gate found: "1 department met in 12 months, needs 2".
std::string FindingOf(GateRule gate, int64_t actual, bool holds);

// The rule that decided, in words, with its numbers: "score 612 >= 600 to enter
// PARTNER, whose gates hold; no wait before the first change".
std::string DecidedByOf(const TierChange& change);

}  // namespace guanxi::relations
