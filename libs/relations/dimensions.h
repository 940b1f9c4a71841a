// The formulas of the eight dimensions and the gates, on a window. Internal to
// relations; assess.h is the public face.
#pragma once

#include "relations/assess.h"
#include "relations/window.h"

namespace guanxi::relations {

DimensionValues DimensionsOf(const AccountCore& core, const Window& window, const Policy& policy);

// The gate's quantity, in the unit of its threshold.
int64_t GateActual(const AccountCore& core, const Window& window, GateRule gate);
bool GateHolds(GateRule gate, int64_t actual);
// The first gate of the tier's own that fails; kNone when all hold (ORDINARY has none).
GateKind FirstFailedGate(const AccountCore& core, const Window& window, const Policy& policy, Tier tier);

// Events a dimension or gate rests on, ascending; the newest of each month.
std::vector<Position> EvidenceOf(const AccountCore& core, const Window& window, Dimension dimension);
std::vector<Position> EvidenceOf(const AccountCore& core, const Window& window, GateKind gate);

}  // namespace guanxi::relations
