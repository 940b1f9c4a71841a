#include "relations/policy.h"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>

#include "base/reason.h"
#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

std::string File(const std::string& name) {
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
  BOOST_TEST((ParsePolicy(File("standard.toml")).value() == StandardPolicy()));
  BOOST_TEST((ParsePolicy(File("transactional.toml")).value() == TransactionalPolicy()));
  BOOST_TEST(StandardPolicyToml() == File("standard.toml"));
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
