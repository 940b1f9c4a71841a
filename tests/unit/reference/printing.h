// How the tests of the reference model print what they compare.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "support/reference/reference.h"

namespace guanxi::reference {

inline std::string Text(const std::optional<int64_t>& value) { return value ? std::to_string(*value) : "n/a"; }
inline std::string Text(const State& state, Dimension dimension) { return Text(state.dimensions[dimension]); }

inline std::string Text(v1::Tier tier) { return v1::Tier_Name(tier).substr(5); }

// "2024-03-31T23:59:59.999999Z ORDINARY>PREFERRED up; ..."
inline std::string Text(const std::vector<TierChange>& history) {
  std::string text;
  for (const TierChange& change : history) {
    const char* rule = change.rule == TierRule::kUp ? "up" : change.rule == TierRule::kDownByGate ? "gate" : "score";
    if (!text.empty()) text += "; ";
    text += FormatTimestamp(change.at) + " " + Text(change.from) + ">" + Text(change.to) + " " + rule;
  }
  return text;
}

inline std::string Text(const std::vector<std::string>& kinds) {
  std::string text;
  for (const std::string& kind : kinds) text += (text.empty() ? "" : " ") + kind;
  return text;
}

// The anomalies of the newest written event.
inline std::string AnomaliesOf(const State& state, int event) {
  const auto found = state.facts.anomalies.find("e" + std::to_string(event));
  return found == state.facts.anomalies.end() ? "" : Text(found->second);
}

}  // namespace guanxi::reference
