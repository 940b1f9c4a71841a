// A generator that never reaches the interesting places would agree about nothing.
#include <boost/test/unit_test.hpp>
#include <map>

#include "property/arbitrary.h"

using namespace guanxi;
using namespace guanxi::property;

namespace {

std::string RuleName(const reference::TierChange& change) {
  return "rule " + std::to_string(static_cast<int>(change.rule)) + " to " + event::v1::Tier_Name(change.to);
}

// How often what was seen in 1,000 histories of fixed seeds.
std::map<std::string, int> Seen() {
  std::map<std::string, int> seen;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    const auto drawn = rc::gen::arbitrary<HistoryDraw>()(rc::Random(seed), 120);
    const reference::Account account = AccountFrom(drawn.value());
    const reference::State state = reference::StateAt(account, account.events.size(), account.events.back().occurred_at);
    for (const auto& [event, kinds] : state.facts.anomalies)
      for (const std::string& kind : kinds) ++seen[kind];
    for (const auto& event : account.events)
      if (event.body != nullptr) ++seen[event.body->GetDescriptor()->name()];
    for (const auto& change : state.history) ++seen[RuleName(change)];
    for (int i = 0; i < reference::kDimensions; ++i) ++seen["dimension " + std::to_string(i) + (state.dimensions[i] ? "" : " missing")];
    for (const auto& [tier, gates] : state.gates)
      for (const auto& gate : gates) ++seen[gate.name + (gate.holds ? " holds" : " fails")];
  }
  return seen;
}

struct SeenOnce {
  const std::map<std::string, int> seen = Seen();
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(drawn_histories, SeenOnce)

BOOST_AUTO_TEST_CASE(hold_every_event_type) {
  for (const auto& entry : relations::kEventTypes) {
    if (entry.family == relations::EventFamily::kUnknown || entry.family == relations::EventFamily::kControl) continue;
    BOOST_TEST(seen.contains(std::string(entry.name)), entry.name << " is never drawn");
  }
}

BOOST_AUTO_TEST_CASE(show_every_anomaly_but_those_of_bounds) {
  const std::string expected[] = {
#define GUANXI_NAME(name, number) #name,
      GUANXI_ANOMALIES(GUANXI_NAME)
#undef GUANXI_NAME
  };
  for (const std::string& name : expected)
    if (!name.ends_with("TOO_MANY")) BOOST_TEST(seen.contains(name), name << " is never drawn");
}

BOOST_AUTO_TEST_CASE(take_every_step_of_the_tier_machine) {
  for (const char* step : {"rule 0 to TIER_PREFERRED", "rule 0 to TIER_PARTNER", "rule 0 to TIER_STRATEGIC", "rule 1 to TIER_ORDINARY",
                           "rule 1 to TIER_PREFERRED", "rule 1 to TIER_PARTNER", "rule 2 to TIER_ORDINARY", "rule 2 to TIER_PREFERRED",
                           "rule 2 to TIER_PARTNER"})
    BOOST_TEST(seen.contains(step), step << " never happens");
}

BOOST_AUTO_TEST_CASE(have_every_dimension_and_gate_both_ways) {
  for (int i = 0; i < reference::kDimensions; ++i)
    for (const char* suffix : {"", " missing"}) BOOST_TEST(seen.contains("dimension " + std::to_string(i) + suffix), i << suffix);
  for (int variant = 0; variant < kPolicyVariants; ++variant)
    for (const auto& gates : PolicyVariant(variant).gates)
      for (const auto& gate : gates)
        for (const char* suffix : {" holds", " fails"}) BOOST_TEST(seen.contains(gate.name + suffix), gate.name << suffix);
}

BOOST_AUTO_TEST_CASE(are_folded_by_the_policies_the_files_say) {
  BOOST_TEST((ToEngine(PolicyVariant(0)) == relations::StandardPolicy()));
  relations::Policy transactional = ToEngine(PolicyVariant(1));
  transactional.evidence_note = "no relationship evidence";
  BOOST_TEST((transactional == relations::TransactionalPolicy()));
}

BOOST_AUTO_TEST_SUITE_END()
