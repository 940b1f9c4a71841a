// States as sorted lines of text "what = value", the same lines from the engine
// and from the reference model, so that a disagreement prints as a short diff.
#pragma once

#include <map>
#include <string>

#include "property/engine.h"
#include "support/reference/reference.h"

namespace guanxi::property {

using Dump = std::map<std::string, std::string>;

Dump DumpOf(const reference::State& state, const reference::Account& account, Timestamp t);
Dump DumpOf(const EngineState& state, const reference::Account& account, Timestamp t);

// Lines of which the two differ: "- reference", "+ engine"; empty when they agree.
std::string Difference(const Dump& reference, const Dump& engine);

// The account's events in order, one per line, for the report of a failure.
std::string Story(const reference::Account& account);

}  // namespace guanxi::property
