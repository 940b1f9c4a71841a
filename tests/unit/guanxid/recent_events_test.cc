// What thousand subscribers share: events that were read and encoded once.
#include "guanxid/recent_events.h"

#include <boost/test/unit_test.hpp>

#include "support/cluster_fixture.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::test;
using namespace guanxi::service;

namespace {

constexpr int kMoreThanIsReadAtOnce = 5'000;

struct Fixture {
  void Append(int events) {
    partition::Submission submission;
    for (int i = 0; i < events; ++i) submission.events.push_back(Order("acme", std::to_string(next_++), "2025-03-01", 1));
    for (const auto& outcome : cluster_.cluster().SubmitAndWait(PartitionId(0), std::move(submission))) BOOST_REQUIRE(outcome.status.ok());
  }
  RecentChunks From(uint64_t place) { return recent_.From(*cluster_.cluster().ViewOf(PartitionId(0)), place).value(); }

  int next_ = 0;
  ClusterFixture cluster_{1};
  TemporaryDirectory folder_;
  std::unique_ptr<privacy::KeyStore> keys_ = privacy::KeyStore::Open(folder_.path()).value();
  RecentEvents recent_{1, *keys_};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recent_events, Fixture)

BOOST_AUTO_TEST_CASE(subscribers_that_follow_get_the_same_encoded_events) {
  Append(3);
  const RecentChunks one = From(0), another = From(2);
  BOOST_REQUIRE(one.size() == 1u && another.size() == 1u);
  BOOST_TEST(one[0].get() == another[0].get());
  BOOST_TEST((one[0]->first() == 0u && one[0]->end() == 3u));

  Append(2);
  const RecentChunks all = From(0), newest = From(3);
  BOOST_REQUIRE(all.size() == 2u && newest.size() == 1u);
  BOOST_TEST(all[0].get() == one[0].get());
  BOOST_TEST(all[1].get() == newest[0].get());
  BOOST_TEST(From(5).empty());

  v1::SubscribeResponse response;
  BOOST_REQUIRE(response.ParseFromString(all[0]->at(1).row + newest[0]->at(4).row));
  BOOST_REQUIRE(response.events_size() == 2);
  BOOST_TEST((response.events(0).id() == "1" && response.events(1).id() == "4"));
}

BOOST_AUTO_TEST_CASE(who_is_far_behind_reads_the_log) {
  Append(kMoreThanIsReadAtOnce);
  BOOST_TEST(From(0).empty());
  const RecentChunks newest = From(kMoreThanIsReadAtOnce - 1);
  BOOST_REQUIRE(newest.size() == 1u);
  BOOST_TEST(newest[0]->end() == uint64_t{kMoreThanIsReadAtOnce});
}

BOOST_AUTO_TEST_SUITE_END()
