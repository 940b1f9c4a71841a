#include "relations/policy.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/reason.h"
#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

std::string PolicyFile(const std::string& name) {
  std::ifstream in(GUANXI_SOURCE_DIR "/policies/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The standard policy with one text replaced by another.
absl::StatusOr<Policy> Altered(const std::string& from, const std::string& to) {
  std::string toml(StandardPolicyToml());
  const size_t at = toml.find(from);
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
  return ParsePolicy(toml.replace(at, from.size(), to));
}

std::string KeyOf(const absl::Status& status) { return ReasonOf(status) ? MetadataOf(status)["key"] : "no reason"; }

Policy Named(std::string name) {
  Policy policy = StandardPolicy();
  policy.name = std::move(name);
  return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(policy_suite)

BOOST_AUTO_TEST_CASE(the_files_are_what_is_built_in) {
  BOOST_TEST((ParsePolicy(PolicyFile("standard.toml")).value() == StandardPolicy()));
  BOOST_TEST((ParsePolicy(PolicyFile("transactional.toml")).value() == TransactionalPolicy()));
  BOOST_TEST(StandardPolicyToml() == PolicyFile("standard.toml"));
}

BOOST_AUTO_TEST_CASE(the_standard_policy_has_the_published_numbers) {
  const Policy& p = StandardPolicy();
  BOOST_TEST(p.name == "standard");
  BOOST_TEST(p.version == 1);
  BOOST_TEST(p.weights == (std::array<int32_t, 8>{15, 15, 20, 20, 10, 8, 7, 5}), boost::test_tools::per_element());
  BOOST_TEST(p.height.base == (std::array<int32_t, 5>{0, 150, 350, 550, 700}), boost::test_tools::per_element());
  const auto edges = [&](Tier tier) { return std::pair(p.RuleOf(tier).up, p.RuleOf(tier).down); };
  BOOST_TEST((edges(Tier::kPreferred) == std::pair(400, 350)));
  BOOST_TEST((edges(Tier::kPartner) == std::pair(600, 550)));
  BOOST_TEST((edges(Tier::kStrategic) == std::pair(800, 750)));
  BOOST_TEST((p.RuleOf(Tier::kStrategic).gates == std::vector<GateRule>{{GateKind::kExecutiveMeeting, 6},
                                                                        {GateKind::kContractOfMonths, 12},
                                                                        {GateKind::kCriticalComplaints, 0},
                                                                        {GateKind::kOverdueDays, 60}}));
  BOOST_TEST(p.RuleOf(Tier::kPartner).gates.size() == 5u);
  BOOST_TEST((p.value_bands.back() == BandPoint{10'000'000, 1000}));
  BOOST_TEST((p.sla_critical == SlaHours{2, 24}));
  BOOST_TEST(p.dwell_days == 90);
}

BOOST_AUTO_TEST_CASE(the_transactional_policy_weighs_only_what_orders_show) {
  const Policy& p = TransactionalPolicy();
  BOOST_TEST(p.weights == (std::array<int32_t, 8>{0, 0, 0, 50, 20, 0, 0, 30}), boost::test_tools::per_element());
  BOOST_TEST(p.evidence_note == "no relationship evidence");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_by_its_key) {
  struct Row {
    std::string from, to, key;
  };
  for (const Row& row : {Row{"version = 1", "version = 0", "version"},
                         {"name = \"standard\"", "name = \"\"", "name"},
                         {"height = 15", "heigth = 15", "weights.height"},
                         {"height = 15", "height = 15\ncharm = 3", "weights.charm"},
                         {"height = 15", "height = -1", "weights.height"},
                         {"height = 15", "height = 1.5", "weights.height"},
                         {"height = \"EXCLUDE\"", "height = \"IGNORE\"", "missing.height"},
                         {"departments_full = 5", "departments_full = 0", "breadth.departments_full"},
                         {"lines_full = 4", "lines_full = 17", "breadth.lines_full"},
                         {"measure = \"REVENUE\"", "measure = \"LOVE\"", "value.measure"},
                         {"[0, 0], [10_000, 200]", "[10_000, 200]", "value.bands"},
                         {"[100_000, 400]", "[100_000, 100]", "value.bands"},
                         {"[100_000, 400]", "[100_000]", "value.bands"},
                         {"down = 350", "down = 401", "tiers.preferred.down"},
                         {"up = 600", "up = 400", "tiers.partner.down"},
                         {"executive_meeting = 6", "executive_meeting = 13", "tiers.strategic.gates.executive_meeting"},
                         {"overdue_days = 60", "overdue_day = 60", "tiers.strategic.gates.overdue_day"},
                         {"month_ends_down = 2", "month_ends_down = 0", "machine.month_ends_down"},
                         {"first_response = 8", "first_response = 0", "sla.normal.first_response"},
                         {"recurrence_days = 30", "recurrence_days = 367", "complaints.recurrence_days"},
                         {"[complaints]\nrecurrence_days = 30", "", "complaints"},
                         {"[payment]", "[payments]", "payment"}}) {
    const auto policy = Altered(row.from, row.to);
    BOOST_TEST(!policy.ok(), row.to);
    BOOST_TEST(KeyOf(policy.status()) == row.key, row.to << ": " << policy.status().ToString());
  }
  BOOST_TEST(!ParsePolicy("name = ").ok());
  BOOST_TEST(!ParsePolicy("").ok());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_by_its_line) {
  struct Row {
    std::string from, to, line, message;
  };
  const std::string numbers = " is not a whole number from 0 to 1000";
  for (const Row& row :
       {Row{"version = 1", "version = 0", "5", "policy: line 5: key 'version' is not a whole number from 1 to 1000000000"},
        // Both halves of a misspelt key.
        Row{"height = 15", "heigth = 15", "9", "policy: line 9: key 'weights.height' is missing; line 10: key 'weights.heigth' is unknown"},
        Row{"breadth = 15", "breadth = -1", "11", "policy: line 11: key 'weights.breadth'" + numbers},
        Row{"[payment]", "[payments]", "", "policy: key 'payment' is missing; line 67: key 'payments' is unknown"},
        // The pair itself, in a list of several lines.
        Row{"bands = [[0, 0],", "bands = [\n  [0, 0],\n  [5, 2000],\n", "66",
            "policy: line 66: key 'value.bands' must be pairs [amount, points] from amount 0 upwards, points 0 to 1000 that never fall"},
        Row{"executive_meeting = 6", "executive_meeting = 6\ncharm = 1", "109",
            "policy: line 109: key 'tiers.strategic.gates.charm' is unknown"},
        Row{"years_full = 5", "years_full = ", "81", ""}}) {
    const auto policy = Altered(row.from, row.to);
    BOOST_REQUIRE(!policy.ok());
    BOOST_TEST(MetadataOf(policy.status())["line"] == row.line, policy.status().ToString());
    if (!row.message.empty()) BOOST_TEST(policy.status().message() == row.message);
  }
}

BOOST_AUTO_TEST_CASE(of_many_mistakes_the_first_five_are_told) {
  std::string toml(StandardPolicyToml());
  for (size_t at = 0; (at = toml.find("EXCLUDE\"", at)) != std::string::npos;) toml.replace(at, 7, "PERHAPS");
  const auto policy = ParsePolicy(toml);
  const std::string message(policy.status().message());
  BOOST_TEST(message.find("line 21: key 'missing.height' is none of EXCLUDE, AS_ZERO; line 22: ") != std::string::npos, message);
  BOOST_TEST(message.ends_with("; and 3 more"), message);
}

// A policy whose segments follow the standard one.
absl::StatusOr<Policy> WithSegments(const std::string& segments) { return ParsePolicy(std::string(StandardPolicyToml()) + segments); }

BOOST_AUTO_TEST_CASE(a_segment_replaces_what_it_says_and_keeps_the_rest) {
  const auto policy = WithSegments(R"(
[[segments]]
name = "agents"
account_type = "REGIONAL_AGENT"
weights = { height = 0, loyalty = 20 }
value.bands = [[0, 0], [500, 1000]]
tiers.strategic.gates = { months_with_orders = 12 }
sla.critical.first_response = 1
)");
  BOOST_REQUIRE_MESSAGE(policy.ok(), policy.status().ToString());
  const Policy& agents = policy->For(AccountType::kRegionalAgent, Ownership::kUnspecified, "");
  BOOST_TEST(agents.segment.name == "agents");
  BOOST_TEST(agents.name == "standard");
  BOOST_TEST(agents.version == 1);
  BOOST_TEST(agents.weights == (std::array<int32_t, 8>{0, 15, 20, 20, 10, 8, 7, 20}), boost::test_tools::per_element());
  BOOST_TEST((agents.value_bands == std::vector<BandPoint>{{0, 0}, {500, 1000}}));
  BOOST_TEST((agents.RuleOf(Tier::kStrategic).gates == std::vector<GateRule>{{GateKind::kMonthsWithOrders, 12}}));
  BOOST_TEST((agents.RuleOf(Tier::kPartner) == StandardPolicy().RuleOf(Tier::kPartner)));
  BOOST_TEST((agents.sla_critical == SlaHours{1, 24}));
  BOOST_TEST(&policy->For(AccountType::kCoreCustomer, Ownership::kUnspecified, "") == &*policy);
}

BOOST_AUTO_TEST_CASE(the_first_segment_that_fits_in_all_it_states_is_taken) {
  const auto policy = WithSegments(R"(
[[segments]]
name = "state-owned manufacturers"
ownership = "STATE_OWNED"
industry = "manufacturing"
[[segments]]
name = "manufacturers"
industry = "manufacturing"
[[segments]]
name = "state-owned"
ownership = "STATE_OWNED"
)");
  BOOST_REQUIRE_MESSAGE(policy.ok(), policy.status().ToString());
  const auto segment = [&](Ownership ownership, std::string_view industry) {
    return policy->For(AccountType::kGroup, ownership, industry).segment.name;
  };
  BOOST_TEST(segment(Ownership::kStateOwned, "manufacturing") == "state-owned manufacturers");
  BOOST_TEST(segment(Ownership::kPrivate, "manufacturing") == "manufacturers");
  BOOST_TEST(segment(Ownership::kStateOwned, "Manufacturing") == "state-owned");
  BOOST_TEST(segment(Ownership::kPrivate, "services") == "");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_segment_is_named) {
  struct Row {
    std::string segment, key, line;
  };
  for (const Row& row : {Row{"name = \"x\"", "segments[0].name", "125"}, Row{"industry = \"x\"", "segments[0].name", "124"},
                         Row{"name = \"x\"\naccount_type = \"FRIEND\"", "segments[0].account_type", "126"},
                         Row{"name = \"x\"\nindustry = \"y\"\nwieghts.height = 3", "segments[0].wieghts", "127"},
                         Row{"name = \"x\"\nindustry = \"y\"\nweights.height = -3", "segments[0].weights.height", "127"},
                         Row{"name = \"x\"\nindustry = \"y\"\nversion = 3", "segments[0].version", "127"},
                         Row{"name = \"x\"\nindustry = \"y\"\nsegments = []", "segments[0].segments", "127"}}) {
    const auto policy = WithSegments("[[segments]]\n" + row.segment + "\n");
    BOOST_REQUIRE(!policy.ok());
    BOOST_TEST(KeyOf(policy.status()) == row.key, policy.status().ToString());
    BOOST_TEST(MetadataOf(policy.status())["line"] == row.line, policy.status().ToString());
  }
  std::string many;
  for (int i = 0; i < 33; ++i) many += "[[segments]]\nname = \"x\"\nindustry = \"y\"\n";
  BOOST_TEST(KeyOf(WithSegments(many).status()) == "segments");
}

BOOST_AUTO_TEST_CASE(the_example_of_the_policies_page_is_a_policy) {
  std::ifstream in(GUANXI_SOURCE_DIR "/docs/policies.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  const size_t begin = page.find("```toml\n") + 8;
  const auto policy = WithSegments(page.substr(begin, page.find("```", begin) - begin));
  BOOST_REQUIRE_MESSAGE(policy.ok(), policy.status().ToString());
  BOOST_TEST(policy->For(AccountType::kRegionalAgent, Ownership::kPrivate, "").segment.name == "agents");
}

BOOST_AUTO_TEST_CASE(a_tier_has_the_gates_its_file_names) {
  const auto policy = Altered("orders_or_contracts = 1", "");
  BOOST_REQUIRE(policy.ok());
  BOOST_TEST(policy->RuleOf(Tier::kPreferred).gates.empty());
}

BOOST_AUTO_TEST_CASE(the_policy_in_force_is_the_newest_effective_and_known) {
  PolicyLineage lineage;
  const Position all{1000};
  BOOST_TEST(lineage.InForce(At("2024-01-01"), all).name == "standard");
  lineage.Adopt(Named("b"), At("2024-06-01"), 2, Position{20});
  lineage.Adopt(Named("a"), At("2024-03-01"), 1, Position{10});
  lineage.Adopt(Named("c"), At("2024-06-01"), 3, Position{30});  // the same date: the higher epoch
  BOOST_TEST(lineage.InForce(At("2024-02-29T23:59:59.999999Z"), all).name == "standard");
  BOOST_TEST(lineage.InForce(At("2024-03-01"), all).name == "a");
  BOOST_TEST(lineage.InForce(At("2024-06-01"), all).name == "c");
  BOOST_TEST(lineage.InForce(At("2024-06-01"), Position{29}).name == "b");
  BOOST_TEST(lineage.InForce(At("2024-06-01"), Position{20}).name == "b");
  BOOST_TEST(lineage.InForce(At("2024-06-01"), Position{19}).name == "a");
  BOOST_TEST(lineage.InForce(At("2024-06-01"), Position{9}).name == "standard");
  BOOST_TEST((lineage.NextAfter(At("2024-03-01"), all) == At("2024-06-01")));
  BOOST_TEST((lineage.NextAfter(At("2024-02-01"), Position{9}) == std::nullopt));
  BOOST_TEST((lineage.NextAfter(At("2024-06-01"), all) == std::nullopt));
}

BOOST_AUTO_TEST_SUITE_END()
