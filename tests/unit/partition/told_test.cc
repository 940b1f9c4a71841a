// What subscribers are told about tiers, where instants coincide.
#include <boost/test/unit_test.hpp>

#include "relations/policy.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;
using partition::ChangeKind;

namespace {

codec::Record Visit(const std::string& id, const std::string& at) {
  event::v1::VisitHeld visit;
  visit.set_visit_id(id);
  visit.add_customers()->set_department("purchasing");
  return EventOf("acme", id, at, visit);
}

// One partition under the policy `transactional`: the third month with an order lifts acme to PREFERRED.
struct Shop : ClusterFixture {
  Shop() : ClusterFixture(1) {
    const auto adopted = cluster().AdoptPolicy(std::string(relations::TransactionalPolicyToml()), At("2020-01-01"), "test", "");
    BOOST_REQUIRE(adopted.ok());
  }
  void Add(codec::Record record) {
    const auto outcome = Append(std::move(record));
    BOOST_REQUIRE_MESSAGE(outcome.status.ok(), std::string(outcome.status.message()));
  }
  std::vector<std::string> Told() {
    const auto rows = partition::ReadFeed(*ViewFor("acme"), 0, 100);
    BOOST_REQUIRE(rows.ok());
    std::vector<std::string> told;
    for (const auto& row : *rows)
      told.push_back(std::to_string(static_cast<int>(row.kind)) + " " + FormatTimestamp(row.change.at) + " " +
                     std::to_string(static_cast<int>(row.change.from)) + ">" + std::to_string(static_cast<int>(row.change.to)));
    return told;
  }
};

const std::vector<std::string> kRisesInMarch = {"1 2024-03-10T00:00:00Z 1>2"};

}  // namespace

BOOST_AUTO_TEST_SUITE(told)

BOOST_AUTO_TEST_CASE(a_change_by_the_second_event_of_an_instant_is_told) {
  Shop shop;
  shop.Add(Order("acme", "o1", "2024-01-10", 60'000));
  shop.Add(Order("acme", "o2", "2024-02-10", 60'000));
  shop.Add(Visit("v1", "2024-03-10"));
  shop.Add(Order("acme", "o3", "2024-03-10", 60'000));
  BOOST_TEST(shop.Told() == kRisesInMarch, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_late_event_after_a_snapshot_does_not_take_back_the_change_of_the_snapshots_instant) {
  Shop shop;
  shop.Add(Order("acme", "o1", "2024-01-10", 60'000));
  shop.Add(Order("acme", "o2", "2024-02-10", 60'000));
  for (int i = 0; i < 61; ++i) shop.Add(Visit("v" + std::to_string(i), "2024-02-11"));
  shop.Add(Order("acme", "the 64th", "2024-03-10", 60'000));
  shop.Add(Order("acme", "o4", "2024-03-20", 60'000));
  shop.Add(Visit("late", "2024-03-15"));
  BOOST_TEST(shop.Told() == kRisesInMarch, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
