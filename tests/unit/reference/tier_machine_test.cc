// The tier machine, rule by rule. The score is steered by survey answers alone:
// satisfaction is the only dimension with a weight.
#include <boost/test/unit_test.hpp>

#include "guanxi/event/v1/relationship.pb.h"
#include "support/reference/history.h"
#include "unit/reference/printing.h"

using namespace guanxi;
using namespace guanxi::reference;

namespace {

struct Story : History {
  Story() {
    account.first_policy.weight.fill(0);
    account.first_policy.weight[kSatisfaction] = 1;
  }
  Story& When(const char* time) {
    At(time);
    return *this;
  }
  // The mean of the last 12 months' answers is the score: 40 of 100 alone make 400.
  Story& Answer(int per_cent) {
    Survey(per_cent, 100);
    return *this;
  }
  // All gates of all tiers hold on this day.
  Story& Ready() {
    Contract("c1", "2024-01-01", "2026-01-01", {"pumps", "valves"});
    Visit("ready", {Meets(v1::LEVEL_EXECUTIVE, "board", v1::COMMITTEE_ROLE_DECISION_MAKER), Meets(v1::LEVEL_SENIOR, "production")},
          {v1::LEVEL_EXECUTIVE});
    return *this;
  }
  Story& MeetExecutive(const char* id) {
    Visit(id, {Meets(v1::LEVEL_EXECUTIVE, "board")}, {v1::LEVEL_EXECUTIVE});
    return *this;
  }
  Story& Adopt(int64_t preferred_up, const char* effective_at, uint64_t epoch, uint64_t position) {
    Policy policy = account.first_policy;
    policy.version = static_cast<int32_t>(epoch) + 1;
    policy.edges[0].up = preferred_up;
    account.adoptions.push_back({policy, Time(effective_at), epoch, position});
    return *this;
  }
  std::string HistoryUntil(const char* time) const { return Text(AsOf(time).history); }
};

const char* kPreferredInJanuary = "2024-01-10T00:00:00Z ORDINARY>PREFERRED up";

}  // namespace

BOOST_AUTO_TEST_SUITE(reference_tier_machine)

BOOST_AUTO_TEST_CASE(the_first_rise_needs_no_dwell_and_goes_one_step) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(90);
  BOOST_TEST(s.HistoryUntil("2024-01-09") == "");
  BOOST_TEST(s.HistoryUntil("2024-01-10") == kPreferredInJanuary);
  BOOST_TEST(Text(s.AsOf("2024-02-15").tier) == "PREFERRED");
}

BOOST_AUTO_TEST_CASE(a_further_rise_needs_ninety_days_since_the_last_change) {
  Story early, exact;
  early.When("2024-01-01").Ready().When("2024-01-10").Answer(70).When("2024-04-08T23:59:59.999999Z").Answer(70);
  BOOST_TEST(early.HistoryUntil("2024-04-29") == kPreferredInJanuary);
  BOOST_TEST(early.HistoryUntil("2024-05-01") == std::string(kPreferredInJanuary) + "; 2024-04-30T23:59:59.999999Z PREFERRED>PARTNER up");
  exact.When("2024-01-01").Ready().When("2024-01-10").Answer(70).When("2024-04-09").Answer(70);
  BOOST_TEST(exact.HistoryUntil("2024-05-01") == std::string(kPreferredInJanuary) + "; 2024-04-09T00:00:00Z PREFERRED>PARTNER up");
}

BOOST_AUTO_TEST_CASE(the_up_edge_itself_is_enough) {
  Story at, below;
  at.When("2024-01-01").Ready().Answer(40);
  BOOST_TEST(Text(at.AsOf("2024-01-01").tier) == "PREFERRED");
  below.account.first_policy.edges[0].up = 401;
  below.When("2024-01-01").Ready().Answer(40);
  BOOST_TEST(Text(below.AsOf("2024-12-01").tier) == "ORDINARY");
}

BOOST_AUTO_TEST_CASE(no_score_buys_a_gate) {
  Story s;
  s.When("2024-01-01").Answer(100);
  BOOST_TEST(s.HistoryUntil("2024-02-15") == "");
  s.When("2024-02-20").Order("o1", 1);
  BOOST_TEST(s.HistoryUntil("2024-02-20") == "2024-02-20T00:00:00Z ORDINARY>PREFERRED up");
  // An order keeps PREFERRED until the end of the eleventh month after it, and does not open PARTNER.
  s.When("2025-01-05").Answer(100);
  BOOST_TEST(Text(s.AsOf("2025-01-31T23:59:59.999999Z").tier) == "PREFERRED");
  BOOST_TEST(s.HistoryUntil("2025-03-01") ==
             "2024-02-20T00:00:00Z ORDINARY>PREFERRED up; 2025-02-28T23:59:59.999999Z PREFERRED>ORDINARY gate");
}

BOOST_AUTO_TEST_CASE(every_gate_of_partner_is_needed) {
  const auto tier_with = [](bool contract, std::vector<v1::CustomerParticipant> met, const char* order_line, bool project, bool trial) {
    Story s;
    s.When("2024-01-01").Order("o1", 1, "pumps").Order("o2", 1, order_line).Visit("v1", std::move(met));
    if (contract) s.Contract("c1", "2024-01-01", "2026-01-01", {"pumps"});
    v1::JointProjectStarted started;
    started.set_project_id("p");
    if (project) s.Add(started);
    if (trial) s.Add(v1::TrialStarted());
    s.Answer(100);
    return Text(s.AsOf("2024-06-01").tier);
  };
  const auto chief = Meets(v1::LEVEL_SENIOR, "board", v1::COMMITTEE_ROLE_DECISION_MAKER);
  const auto clerk = Meets(v1::LEVEL_GRASS_ROOTS, "store");
  BOOST_TEST(tier_with(true, {chief, clerk}, "valves", false, false) == "PARTNER");
  BOOST_TEST(tier_with(true, {chief, clerk}, "pumps", true, false) == "PARTNER");
  BOOST_TEST(tier_with(true, {chief, clerk}, "pumps", false, true) == "PREFERRED");
  BOOST_TEST(tier_with(false, {chief, clerk}, "valves", false, false) == "PREFERRED");
  BOOST_TEST(tier_with(true, {chief, Meets(v1::LEVEL_GRASS_ROOTS, "board")}, "valves", false, false) == "PREFERRED");
  BOOST_TEST(tier_with(true, {chief, Meets(v1::LEVEL_SENIOR, "store")}, "valves", false, false) == "PREFERRED");
  BOOST_TEST(tier_with(true, {Meets(v1::LEVEL_SENIOR, "board"), clerk}, "valves", false, false) == "PREFERRED");
}

BOOST_AUTO_TEST_CASE(strategic_needs_an_executive_meeting_of_the_last_six_months) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(90).When("2024-04-09").Answer(90);
  // 90 days are over on 8 July; the meeting of January left the six months with June.
  BOOST_TEST(Text(s.AsOf("2024-08-01").tier) == "PARTNER");
  s.When("2024-08-02").MeetExecutive("v2");
  BOOST_TEST(Text(s.AsOf("2024-08-02").tier) == "STRATEGIC");
  // It counts until the end of January 2025, when it takes the tier down: PARTNER's own gates fail too, as only one department was met.
  const auto history = s.AsOf("2025-02-28T23:59:59.999999Z").history;
  BOOST_TEST(FormatTimestamp(history.back().at) == "2025-02-28T23:59:59.999999Z");
  BOOST_TEST(Text(history.back().to) == "PREFERRED");
  BOOST_TEST((history.back().rule == TierRule::kDownByGate));
}

BOOST_AUTO_TEST_CASE(gates_are_not_inherited) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(90).When("2024-04-09").Answer(90).When("2024-08-02").MeetExecutive("v2");
  // In January 2025 only the board was met in the window: not enough for PARTNER, whose gates STRATEGIC does not ask for.
  const State january = s.AsOf("2025-01-31T23:59:59.999999Z");
  BOOST_TEST(!january.gates.at(v1::TIER_PARTNER)[1].holds);
  BOOST_TEST(Text(january.tier) == "STRATEGIC");
}

BOOST_AUTO_TEST_CASE(a_critical_complaint_takes_strategic_away_at_once) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(90).When("2024-04-09").Answer(90).When("2024-07-08").MeetExecutive("v2");
  s.When("2024-08-10").Complain("k1", "leak").At("2024-08-11").Complain("k2", "leak", v1::SEVERITY_CRITICAL);
  BOOST_TEST(Text(s.AsOf("2024-08-10").tier) == "STRATEGIC");
  BOOST_TEST(Text(s.AsOf("2024-08-11").tier) == "PARTNER");
  s.When("2024-08-12").Step<v1::ComplaintResolved>("k2");
  // Back only 90 days after the fall: 9 November.
  BOOST_TEST(Text(s.AsOf("2024-11-29").tier) == "PARTNER");
  BOOST_TEST(Text(s.AsOf("2024-11-30T23:59:59.999999Z").tier) == "STRATEGIC");
}

BOOST_AUTO_TEST_CASE(an_amount_overdue_for_more_than_sixty_days_takes_strategic_away_at_the_month_end) {
  Story s;
  s.When("2024-01-01").Ready().Invoice("i1", 5, "2024-08-01").Invoice("i2", 5, "2024-07-01");
  s.When("2024-01-10").Answer(90).When("2024-04-09").Answer(90).When("2024-07-08").MeetExecutive("v2");
  // 31 August is day 61 after 1 July, but i2 was paid; 30 September is day 60 after 1 August.
  s.When("2024-08-30").Pay("p1", "i2", 5);
  BOOST_TEST(Text(s.AsOf("2024-10-30").tier) == "STRATEGIC");
  BOOST_TEST(Text(s.AsOf("2024-11-01").tier) == "PARTNER");
}

BOOST_AUTO_TEST_CASE(a_failed_gate_leads_to_the_highest_tier_below_whose_gates_hold) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(90).When("2024-04-09").Answer(90).When("2024-07-08").MeetExecutive("v2");
  s.When("2024-08-10").EndContract("c1");
  BOOST_TEST(Text(s.AsOf("2024-08-10").history.back().from) == "STRATEGIC");
  BOOST_TEST(Text(s.AsOf("2024-08-10").tier) == "PREFERRED");
}

BOOST_AUTO_TEST_CASE(a_low_score_takes_one_step_at_the_second_month_end) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(40).When("2024-02-05").Answer(20);
  BOOST_TEST(s.AsOf("2024-03-01").month_ends_below == 1);
  BOOST_TEST(Text(s.AsOf("2024-03-31T23:59:59.999998Z").tier) == "PREFERRED");
  BOOST_TEST(s.HistoryUntil("2024-04-15") == std::string(kPreferredInJanuary) + "; 2024-03-31T23:59:59.999999Z PREFERRED>ORDINARY score");
}

BOOST_AUTO_TEST_CASE(an_assessment_at_the_down_edge_starts_the_count_again) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(40).When("2024-02-05").Answer(20);
  s.When("2024-03-10").Answer(45).When("2024-03-15").Answer(0);
  BOOST_TEST(Text(s.AsOf("2024-03-10").score) == "350");
  BOOST_TEST(s.AsOf("2024-04-15").month_ends_below == 1);
  BOOST_TEST(s.HistoryUntil("2024-05-01") == std::string(kPreferredInJanuary) + "; 2024-04-30T23:59:59.999999Z PREFERRED>ORDINARY score");
}

BOOST_AUTO_TEST_CASE(an_assessment_below_the_edge_between_month_ends_leaves_the_count) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(40).When("2024-02-05").Answer(20).When("2024-03-10").Answer(30);
  BOOST_TEST(s.AsOf("2024-03-10").month_ends_below == 1);
  BOOST_TEST(Text(s.AsOf("2024-04-01").tier) == "ORDINARY");
}

BOOST_AUTO_TEST_CASE(an_event_at_the_very_instant_of_the_month_end_counts_in_its_assessment) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(40).When("2024-02-05").Answer(20);
  s.When("2024-03-31T23:59:59.999999Z").Answer(90);
  BOOST_TEST(s.HistoryUntil("2024-04-15") == kPreferredInJanuary);
}

BOOST_AUTO_TEST_CASE(no_score_is_below_every_edge) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(50);
  BOOST_TEST(Text(s.AsOf("2025-01-01").score) == "n/a");
  BOOST_TEST(s.HistoryUntil("2025-03-01") == std::string(kPreferredInJanuary) + "; 2025-02-28T23:59:59.999999Z PREFERRED>ORDINARY score");
}

BOOST_AUTO_TEST_CASE(operator_records_and_unknown_types_are_not_followed_by_an_assessment) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(70);
  v1::TierDeclared declared;
  declared.set_tier(v1::TIER_STRATEGIC);
  s.When("2024-04-10").Add(declared).Add(v1::TierOverridden()).Add(v1::TierOverrideWithdrawn()).Unknown();
  const State state = s.AsOf("2024-04-20");
  BOOST_TEST(Text(state.history) == kPreferredInJanuary);
  BOOST_TEST(state.facts.version == 8);
  s.When("2024-04-21").Add(v1::KeyAccountDesignated());
  BOOST_TEST(Text(s.AsOf("2024-04-21").tier) == "PARTNER");
}

BOOST_AUTO_TEST_CASE(an_event_that_is_ignored_is_still_followed_by_an_assessment) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-01-10").Answer(70).When("2024-04-10").CancelOrder("nothing");
  BOOST_TEST(AnomaliesOf(s.AsOf("2024-04-10"), 4) == "ORDER_UNKNOWN");
  BOOST_TEST(Text(s.AsOf("2024-04-10").tier) == "PARTNER");
}

BOOST_AUTO_TEST_CASE(a_policy_rules_from_its_date_at_the_next_assessment_once_it_is_known) {
  Story s;
  s.When("2024-01-01").Ready().Answer(50);
  s.account.first_policy.edges[0].up = 600;
  s.Adopt(500, "2024-02-10", 1, 5).Adopt(900, "2024-02-10", 0, 6);
  BOOST_TEST(s.AsOf("2024-02-10").policy.version == 2);
  BOOST_TEST(s.HistoryUntil("2024-02-28") == "");
  BOOST_TEST(s.HistoryUntil("2024-03-01") == "2024-02-29T23:59:59.999999Z ORDINARY>PREFERRED up");
  BOOST_TEST(Text(s.AsOf(4, "2024-03-01").tier) == "ORDINARY");
}

BOOST_AUTO_TEST_CASE(transactional_gates_ask_for_orders_in_many_months) {
  Story s;
  s.account.first_policy = Transactional();
  for (const char* day : {"2024-01-10", "2024-02-10", "2024-02-11", "2024-03-10"}) s.When(day).Order(day, 100'000);
  // Two months are not three, however many orders.
  BOOST_TEST(Text(s.AsOf("2024-03-09").tier) == "ORDINARY");
  BOOST_TEST(s.HistoryUntil("2024-03-10") == "2024-03-10T00:00:00Z ORDINARY>PREFERRED up");
  BOOST_TEST(!s.AsOf("2024-03-10").gates.at(v1::TIER_PARTNER)[0].holds);
}

BOOST_AUTO_TEST_CASE(an_override_is_shown_until_it_expires_and_never_fed_into_the_machine) {
  Story s;
  v1::TierOverridden overridden;
  overridden.set_tier(v1::TIER_STRATEGIC);
  *overridden.mutable_expires_at() = ToProto(Time("2024-03-01"));
  s.When("2024-01-01").Add(overridden);
  const State shown = s.AsOf("2024-02-29T23:59:59.999999Z");
  BOOST_TEST((shown.override_in_force == v1::TIER_STRATEGIC));
  BOOST_TEST(Text(shown.tier) == "ORDINARY");
  BOOST_TEST(!s.AsOf("2024-03-01").override_in_force.has_value());
  s.When("2024-02-01").Add(v1::TierOverrideWithdrawn());
  BOOST_TEST(!s.AsOf("2024-02-01").override_in_force.has_value());
  overridden.set_tier(v1::TIER_PARTNER);
  s.When("2024-02-02").Add(overridden);
  BOOST_TEST((s.AsOf("2024-02-02").override_in_force == v1::TIER_PARTNER));
}

BOOST_AUTO_TEST_CASE(a_late_event_rewrites_history_from_its_own_time_once_it_is_known) {
  Story s;
  s.When("2024-01-01").Ready().When("2024-03-10").Answer(50).When("2024-01-20").Answer(60);
  BOOST_TEST(Text(s.AsOf(3, "2024-04-15").history) == "2024-03-10T00:00:00Z ORDINARY>PREFERRED up");
  BOOST_TEST(Text(s.AsOf(5, "2024-04-15").history) == "2024-01-20T00:00:00Z ORDINARY>PREFERRED up");
  BOOST_TEST(Text(s.AsOf(5, "2024-01-19").history) == "");
}

BOOST_AUTO_TEST_CASE(an_account_exists_from_its_first_event_of_whatever_type) {
  Story s;
  s.When("2024-01-05").Unknown();
  BOOST_TEST(!s.AsOf("2024-01-04").exists);
  BOOST_TEST(s.AsOf("2024-01-05").exists);
  BOOST_TEST(s.AsOf("2024-01-05").facts.version == 1);
}

BOOST_AUTO_TEST_SUITE_END()
