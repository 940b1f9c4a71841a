// Views are written behind: whatever a stop leaves unwritten is folded again, and
// nobody can tell.
#include <boost/test/unit_test.hpp>
#include <thread>

#include "partition/account_reader.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

// A stop as by kill -9 as far as the views are concerned: no checkpoint at close.
void WithoutCheckpointAtClose(partition::ClusterOptions& options) { options.checkpoint_on_close = false; }
void WithManyCheckpoints(partition::ClusterOptions& options) {
  options.checkpoint_on_close = false;
  options.checkpoint_records_max = 7;
}
void WithLittleMemory(partition::ClusterOptions& options) {
  options.checkpoint_on_close = false;
  options.overlay_bytes = 1 << 16;
}

std::string AccountOf(int i) { return "account-" + std::to_string(i % 7); }

// Orders of seven accounts; every ninth is half a year late; the clock moves in between.
void AppendSomeMonths(ClusterFixture& fixture, int from, int to) {
  for (int i = from; i < to; ++i) {
    const int64_t at = At("2023-01-05").micros + i * 2 * kMicrosPerDay - (i % 9 == 8 ? 180 * kMicrosPerDay : 0);
    const auto outcome = fixture.Append(Order(AccountOf(i), "o" + std::to_string(i), FormatTimestamp(Timestamp{at}), 100'000 + i));
    BOOST_REQUIRE_MESSAGE(outcome.status.ok(), std::string(outcome.status.message()));
    if (i % 40 == 39) {
      const auto advanced = fixture.cluster().AdvanceClock(Timestamp{at + 60 * kMicrosPerDay}, "/test");
      BOOST_REQUIRE_MESSAGE(advanced.ok(), std::string(advanced.message()));
    }
  }
}

std::vector<std::string> EverythingIn(ClusterFixture& fixture) {
  std::vector<std::string> all;
  for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p) {
    const auto view = fixture.cluster().ViewOf(PartitionId(p));
    auto cursor = view->rows.Scan({}, {});
    for (; cursor.Valid(); cursor.Next())
      if (cursor.key() != "!") all.push_back(std::string(cursor.key()) + " = " + std::string(cursor.value()));
    BOOST_REQUIRE(cursor.status().ok());
    const auto feed = *partition::ReadFeed(*view, 0, 100'000);
    BOOST_REQUIRE_EQUAL(feed.size(), view->feed_size);
    for (const auto& row : feed) all.push_back(partition::EncodeFeedRow(row));
    all.push_back(view->root);
    all.push_back(FormatTimestamp(view->clock) + FormatTimestamp(view->swept_to));
  }
  return all;
}

void WaitUntilSwept(ClusterFixture& fixture) {
  for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p)
    while (fixture.cluster().ViewOf(PartitionId(p))->swept_to < fixture.cluster().ViewOf(PartitionId(p))->clock)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoints)

BOOST_AUTO_TEST_CASE(what_came_after_the_last_checkpoint_is_folded_again_at_open) {
  for (const auto& adjust : {WithoutCheckpointAtClose, WithManyCheckpoints, WithLittleMemory}) {
    ClusterFixture fixture(2, adjust);
    for (int part = 0; part < 4; ++part) {
      AppendSomeMonths(fixture, part * 60, part * 60 + 60);
      WaitUntilSwept(fixture);
      const auto before = EverythingIn(fixture);
      fixture.Reopen();
      const auto after = EverythingIn(fixture);
      BOOST_TEST(before == after);
    }
    for (uint32_t p = 0; p < 2; ++p) {
      const auto report = fixture.cluster().Rebuild(PartitionId(p), true, {});
      BOOST_REQUIRE(report.ok());
      BOOST_TEST(report->rows_different == 0u);
    }
  }
}

BOOST_AUTO_TEST_CASE(stores_that_checkpointed_at_other_times_have_the_same_rows) {
  ClusterFixture never(1, WithoutCheckpointAtClose), often(1, WithManyCheckpoints);
  for (auto* fixture : {&never, &often}) {
    AppendSomeMonths(*fixture, 0, 200);
    WaitUntilSwept(*fixture);
  }
  BOOST_TEST(EverythingIn(never) == EverythingIn(often));
}

BOOST_AUTO_TEST_CASE(a_rebuild_switched_in_survives_a_stop_without_checkpoint) {
  ClusterFixture fixture(1, WithManyCheckpoints);
  AppendSomeMonths(fixture, 0, 100);
  BOOST_REQUIRE(fixture.cluster().Rebuild(PartitionId(0), false, {}).ok());
  AppendSomeMonths(fixture, 100, 150);
  WaitUntilSwept(fixture);
  const auto before = EverythingIn(fixture);
  fixture.Reopen();
  BOOST_TEST(EverythingIn(fixture) == before);
}

BOOST_AUTO_TEST_CASE(a_view_held_over_a_checkpoint_goes_on_showing_what_it_showed) {
  ClusterFixture fixture(1, WithManyCheckpoints);
  AppendSomeMonths(fixture, 0, 10);
  const auto held = fixture.cluster().ViewOf(PartitionId(0));
  const auto version = fixture.Read(AccountOf(3)).core.account_version;
  AppendSomeMonths(fixture, 10, 120);
  BOOST_TEST(partition::ReadAccount(*held, AccountOf(3))->core.account_version == version);
  BOOST_TEST(fixture.Read(AccountOf(3)).core.account_version > version);
}

BOOST_AUTO_TEST_SUITE_END()
