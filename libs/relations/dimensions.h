// The formulas of the eight dimensions and the gates, on a window. Internal to
// relations; assess.h is the public face.
#pragma once

#include "relations/assess.h"
#include "relations/dimension_inputs.h"
#include "relations/window.h"

namespace guanxi::relations {

// The account's numbers, then the points they are worth: the only place that computes them.
DimensionInputs InputsOf(const AccountCore& core, const Window& window, const Policy& policy);
DimensionValues DimensionsOf(const DimensionInputs& inputs, const Policy& policy);

// The amount lies above band i - 1 and at or below band i; bands.size() above the last.
size_t BandOf(int128 amount, const std::vector<BandPoint>& bands);

// The gate's quantity, in the unit of its threshold.
int64_t GateActual(const AccountCore& core, const Window& window, GateRule gate);
bool GateHolds(const Window& window, GateRule gate, int64_t actual);

struct FailedGate {
  GateRule rule;
  int64_t actual = 0;
};
// The first gate of the tier's own that fails; nothing when all hold (ORDINARY has none).
std::optional<FailedGate> FirstFailedGate(const AccountCore& core, const Window& window, const Policy& policy, Tier tier);

// Events a dimension or gate rests on, ascending; the newest of each month.
std::vector<Position> EvidenceOf(const AccountCore& core, const Window& window, Dimension dimension);
std::vector<Position> EvidenceOf(const AccountCore& core, const Window& window, GateKind gate);

}  // namespace guanxi::relations
