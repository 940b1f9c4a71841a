#include "partition/account_cache.h"

#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;
using partition::AccountCache;

namespace {

constexpr size_t kRoomy = 1 << 20, kTight = 2000;

std::string RowOf(int n) { return std::string(static_cast<size_t>(n % 300), static_cast<char>('a' + n % 26)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(account_cache)

BOOST_AUTO_TEST_CASE(with_room_for_all_it_holds_what_a_map_would) {
  BOOST_TEST(rc::check("cache = map", [](const std::vector<std::pair<uint8_t, uint8_t>>& steps) {
    AccountCache cache(kRoomy);
    std::map<std::string, std::string> model;
    for (const auto& [what, n] : steps) {
      const std::string id = "account-" + std::to_string(n % 16);
      if (what % 3 != 0) {
        cache.Put(id, {AccountNumber(n), RowOf(n)});
        model[id] = RowOf(n);
        continue;
      }
      const auto found = cache.Take(id);
      RC_ASSERT(found.has_value() == model.contains(id));
      if (found) RC_ASSERT(found->row == model[id]);
      model.erase(id);
    }
    RC_ASSERT(cache.size() == model.size());
    for (const auto& [id, row] : model) RC_ASSERT(cache.Take(id).value().row == row);
    RC_ASSERT(cache.size() == 0u);
    RC_ASSERT(cache.bytes() == 0u);
  }));
}

BOOST_AUTO_TEST_CASE(what_it_holds_stays_within_its_bytes_and_is_what_was_put_last) {
  AccountCache cache(kTight);
  constexpr int kAccounts = 200;
  int found = 0;
  for (int round = 0; round < 3; ++round) {
    for (int n = 0; n < kAccounts; ++n) {
      cache.Put("account-" + std::to_string(n), {AccountNumber(static_cast<uint32_t>(n)), RowOf(n + round)});
      BOOST_TEST(cache.bytes() <= kTight);
    }
  }
  BOOST_TEST(cache.size() > 0u);
  for (int n = 0; n < kAccounts; ++n) {
    const auto account = cache.Take("account-" + std::to_string(n));
    if (!account) continue;
    ++found;
    BOOST_TEST(account->number.value == static_cast<uint32_t>(n));
    BOOST_TEST(account->row == RowOf(n + 2));
  }
  BOOST_TEST(found > 0);
  BOOST_TEST(cache.bytes() == 0u);
}

BOOST_AUTO_TEST_CASE(accounts_in_turns_are_found_in_memory_though_only_one_is_unpacked) {
  ClusterFixture fixture(1, [](partition::ClusterOptions& options) { options.hot_accounts_max = 1; });
  constexpr int kAccounts = 4, kRounds = 10;
  for (int round = 0; round < kRounds; ++round)
    for (int n = 0; n < kAccounts; ++n)
      BOOST_REQUIRE(fixture.Append(Order("account-" + std::to_string(n), std::to_string(round), "2025-01-02", 1)).status.ok());
  const partition::AccountLoads loads = fixture.cluster().StatusOf(PartitionId(0)).account_loads;
  BOOST_TEST(loads.unknown == uint64_t{kAccounts});
  BOOST_TEST(loads.cached == uint64_t{kAccounts} * (kRounds - 1));
  BOOST_TEST(loads.stored == 0u);
  BOOST_TEST(fixture.Read("account-3").core.counts.orders == uint64_t{kRounds});
}

BOOST_AUTO_TEST_SUITE_END()
