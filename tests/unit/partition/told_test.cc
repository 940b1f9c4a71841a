// What subscribers are told about tiers, where instants coincide and where nothing but a policy changes.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <thread>

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

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  BOOST_REQUIRE(text.find(what) != std::string::npos);
  return text.replace(text.find(what), what.size(), with);
}

// A policy that makes everybody PREFERRED, orders or not.
std::string Generous() {
  std::string text = Replaced(std::string(relations::StandardPolicyToml()), "version = 1", "version = 2");
  text = Replaced(text, "up = 400\ndown = 350", "up = 100\ndown = 50");
  return Replaced(text, "orders_or_contracts = 1\n", "");
}

struct AtRest : ClusterFixture {
  static constexpr size_t kAccounts = 1100;  // more than a slice of a sweep

  AtRest() : ClusterFixture(1) {
    for (size_t n = 0; n < kAccounts; ++n) BOOST_REQUIRE(Append(Order("account-" + std::to_string(n), "o", "2010-01-01", 5)).status.ok());
    Advance("2020-06-01");
  }
  void Advance(const std::string& to) {
    BOOST_REQUIRE(cluster().AdvanceClock(At(to), "test").ok());
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (cluster().ViewOf(PartitionId(0))->swept_to < At(to) && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  size_t Preferred() {
    return partition::CountByTier(*cluster().ViewOf(PartitionId(0)))->at(static_cast<size_t>(relations::Tier::kPreferred));
  }
  size_t Told() { return partition::ReadFeed(*cluster().ViewOf(PartitionId(0)), 0, 2 * kAccounts)->size(); }
  uint64_t RowsThatDifferFromTheLog() { return cluster().Rebuild(PartitionId(0), true, {})->rows_different; }
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

BOOST_FIXTURE_TEST_CASE(accounts_at_rest_hear_of_a_new_policy_at_its_first_month_end, AtRest) {
  BOOST_REQUIRE(cluster().AdoptPolicy(Generous(), At("2020-07-15"), "test", "").ok());
  Advance("2020-07-31");
  BOOST_TEST(Preferred() == 0u);
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
  Advance("2020-08-01");
  BOOST_TEST(Preferred() == kAccounts);
  BOOST_TEST(Told() == kAccounts);
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
  Reopen();
  Advance("2021-01-01");
  BOOST_TEST(Preferred() == kAccounts);
  BOOST_TEST(Told() == kAccounts);
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
}

BOOST_FIXTURE_TEST_CASE(an_adoption_changes_no_row_before_its_time, AtRest) {
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
  BOOST_REQUIRE(cluster().AdoptPolicy(Generous(), std::nullopt, "test", "").ok());
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
  Reopen();
  BOOST_TEST(RowsThatDifferFromTheLog() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
