// What one account must tell another, when the other's partition cannot take it.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <future>
#include <thread>

#include "base/reason.h"
#include "codec/record.h"
#include "support/cluster_fixture.h"
#include "support/files_at_most.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

std::string AccountIn(PartitionId partition, const partition::Cluster& cluster) {
  for (int i = 0;; ++i)
    if (const std::string name = "account-" + std::to_string(i); cluster.PartitionOf(name) == partition) return name;
}

codec::Record Referral(const std::string& from, const std::string& id, const std::string& to) {
  event::v1::ReferralReceived referral;
  referral.set_referral_id(id);
  referral.set_referred_account_id(to);
  referral.set_referral_class(event::v1::REFERRAL_CLASS_LIKELY);
  return EventOf(from, id, "2025-03-01", referral);
}

// Orders until the partition's log of writes is well beyond 2 MiB; no two alike, so that they do not compress.
void Fill(ClusterFixture& fixture, const std::string& account) {
  for (int i = 0; i < 64; ++i) {
    codec::Record order = Order(account, "filler-" + std::to_string(i), "2025-01-01", 1);
    order.extensions.push_back({"filler", std::string(4'000, 'x')});
    partition::Submission submission;
    for (int n = 0; n < 16; ++n) {
      submission.events.push_back(order);
      submission.events.back().id += "-" + std::to_string(n);
      event::v1::OrderPlaced body;
      body.ParseFromString(order.payload);
      body.set_order_id(submission.events.back().id);
      submission.events.back().payload = body.SerializeAsString();
    }
    for (const auto& outcome : fixture.cluster().SubmitAndWait(fixture.cluster().PartitionOf(account), std::move(submission)))
      BOOST_REQUIRE_MESSAGE(outcome.status.ok(), std::string(outcome.status.message()));
  }
}

template <class Condition>
bool Comes(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return condition();
}

size_t RecordsOf(const partition::View& view, const std::string& account) {
  const auto timeline = partition::ReadTimeline(view, account, {}, false, 100'000);
  return timeline.ok() ? timeline->size() : 0;
}

// A partition whose thread does nothing more until the end of the scope; what it has committed stays.
class Stalled {
 public:
  Stalled(partition::Cluster& cluster, PartitionId partition) {
    partition::Submission submission;
    submission.events.push_back(Order(AccountIn(partition, cluster), "stalls-" + std::to_string(partition.value), "2025-01-01", 1));
    cluster.Submit(partition, std::move(submission), [this](const partition::SubmissionResult&) {
      stands_.set_value();
      goes_on_.get_future().wait();
      ended_.set_value();
    });
    stands_.get_future().wait();
  }
  ~Stalled() {
    goes_on_.set_value();
    ended_.get_future().wait();
  }

 private:
  std::promise<void> stands_, goes_on_, ended_;
};

// Referrals in calls of a hundred.
void Refer(ClusterFixture& fixture, const std::string& from, const std::string& to, int count) {
  for (int i = 0; i < count;) {
    partition::Submission submission;
    for (int n = 0; n < 100; ++n, ++i) submission.events.push_back(Referral(from, to + "-" + std::to_string(i), to));
    for (const auto& outcome : fixture.cluster().SubmitAndWait(fixture.cluster().PartitionOf(from), std::move(submission)))
      BOOST_REQUIRE_MESSAGE(outcome.status.ok(), std::string(outcome.status.message()));
  }
}

// Events made by `make` until there is no place left; their number.
int FillQueue(ClusterFixture& fixture, const std::function<codec::Record(int)>& make) {
  for (int i = 0;; ++i) {
    partition::Submission submission;
    submission.events.push_back(make(i));
    const PartitionId to = fixture.cluster().PartitionOf(submission.events.front().account_id);
    std::function<void(partition::SubmissionResult)> done = [](const partition::SubmissionResult&) {};
    if (!fixture.cluster().TrySubmit(to, submission, done)) return i;
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox)

BOOST_AUTO_TEST_CASE(a_referral_to_a_partition_whose_disk_is_full_arrives_once_when_there_is_room_again) {
  ClusterFixture fixture(2);
  const std::string here = AccountIn(PartitionId(0), fixture.cluster()), there = AccountIn(PartitionId(1), fixture.cluster());
  Fill(fixture, there);
  const size_t before = RecordsOf(*fixture.ViewFor(there), there);
  {
    const FilesAtMost full(2u << 20);
    const auto refused = fixture.Append(Order(there, "no room", "2025-03-01", 1));
    BOOST_REQUIRE(!refused.status.ok());
    BOOST_TEST(ReasonOf(refused.status)->name == "STORE_FAILED");
    const auto sent = fixture.Append(Referral(here, "r1", there));
    BOOST_REQUIRE_MESSAGE(sent.status.ok(), std::string(sent.status.message()));
    BOOST_TEST(Comes([&] { return fixture.cluster().StatusOf(PartitionId(0)).outbox_pending == 1; }));
    BOOST_TEST(RecordsOf(*fixture.ViewFor(there), there) == before);
  }
  fixture.Reopen();
  BOOST_TEST(Comes([&] { return fixture.Read(there).core.referred_by.has_value(); }));
  BOOST_TEST(fixture.Read(there).core.referred_by->account_id == here);
  BOOST_TEST(Comes([&] { return fixture.cluster().StatusOf(PartitionId(0)).outbox_pending == 0; }));
  fixture.Reopen();
  BOOST_TEST(RecordsOf(*fixture.ViewFor(there), there) == before + 1);
  BOOST_TEST(fixture.Append(Order(there, "room again", "2025-03-01", 1)).status.ok());
}

BOOST_AUTO_TEST_CASE(referrals_through_restarts_arrive_once_each) {
  ClusterFixture fixture(3);
  std::vector<std::string> referred;
  for (int i = 0; i < 60; ++i) {
    referred.push_back("newcomer-" + std::to_string(i));
    BOOST_REQUIRE(fixture.Append(Referral("acme", "r" + std::to_string(i), referred.back())).status.ok());
    if (i % 10 == 9) fixture.Reopen();
  }
  for (const std::string& account : referred)
    BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor(account), account) == 1; }), account);
  const PartitionId from = fixture.cluster().PartitionOf("acme");
  BOOST_TEST(Comes([&] { return fixture.cluster().StatusOf(from).outbox_pending == 0; }));
  fixture.Reopen();
  for (const std::string& account : referred) BOOST_TEST(fixture.Read(account).core.account_version == 1u, account);
}

// Ids of 128 bytes, cut anywhere, would collide or end in half a character.
BOOST_AUTO_TEST_CASE(referrals_with_long_ids_all_arrive) {
  ClusterFixture fixture(2);
  std::string referrer = "x";
  while (referrer.size() < 124) referrer += "\u5173";
  const std::vector<std::string> ids = {std::string(99, 'r') + "1", std::string(99, 'r') + "2", std::string("a\0b", 3)};
  for (size_t i = 0; i < ids.size(); ++i) {
    codec::Record referral = Referral(referrer, ids[i], "referred " + std::to_string(i));
    referral.id = "event " + std::to_string(i);
    const auto told = fixture.Append(referral);
    BOOST_REQUIRE_MESSAGE(told.status.ok(), std::string(told.status.message()));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    const std::string there = "referred " + std::to_string(i);
    BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor(there), there) == 1; }), ids[i].size());
  }
  // To one account: two referrals, not one and a conflict.
  for (size_t i = 0; i < 2; ++i) {
    codec::Record referral = Referral("short", ids[i], "both");
    referral.id = "both " + std::to_string(i);
    BOOST_REQUIRE(fixture.Append(referral).status.ok());
  }
  BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor("both"), "both") == 2; }));
}

// The queue of a partition that stood took everything that others had for it, and each commit of theirs walked all that waited.
BOOST_AUTO_TEST_CASE(what_waits_for_a_partition_that_stalls_stays_in_the_outbox_and_arrives_once_afterwards) {
  constexpr int kReferrals = 20'000;
  ClusterFixture fixture(3);
  const std::string here = AccountIn(PartitionId(0), fixture.cluster()), there = AccountIn(PartitionId(1), fixture.cluster()),
                    elsewhere = AccountIn(PartitionId(2), fixture.cluster());
  const auto status = [&](uint32_t partition) { return fixture.cluster().StatusOf(PartitionId(partition)); };
  {
    const Stalled stalled(fixture.cluster(), PartitionId(1));
    Refer(fixture, here, there, kReferrals);
    Refer(fixture, here, elsewhere, 100);
    BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor(elsewhere), elsewhere) == 100u; }));
    BOOST_TEST(Comes([&] { return status(0).outbox_pending == kReferrals; }));
    BOOST_TEST(status(1).queue_events <= 1'000u);
  }
  BOOST_TEST(Comes([&] { return status(0).outbox_pending == 0; }));
  BOOST_TEST(RecordsOf(*fixture.ViewFor(there), there) == kReferrals + 1u);
  fixture.Reopen();
  BOOST_TEST(Comes([&] { return status(0).outbox_pending == 0; }));
  BOOST_TEST(RecordsOf(*fixture.ViewFor(there), there) == kReferrals + 1u);
}

BOOST_AUTO_TEST_CASE(two_partitions_with_full_queues_that_tell_each_other_much_both_go_on) {
  constexpr size_t kPlaces = 100;
  ClusterFixture fixture(2, [](partition::ClusterOptions& options) { options.queue_events_max = kPlaces; });
  const std::string here = AccountIn(PartitionId(0), fixture.cluster()), there = AccountIn(PartitionId(1), fixture.cluster());
  const auto status = [&](uint32_t partition) { return fixture.cluster().StatusOf(PartitionId(partition)); };
  int to_here = 0, orders = 0;
  {
    const Stalled stalled_there(fixture.cluster(), PartitionId(1));
    to_here = FillQueue(fixture, [&](int i) { return Referral(there, here + "-" + std::to_string(i), here); });
    Refer(fixture, here, there, 500);
    const Stalled stalled_here(fixture.cluster(), PartitionId(0));
    orders = FillQueue(fixture, [&](int i) { return Order(here, "queued-" + std::to_string(i), "2025-01-02", 1); });
    BOOST_TEST((to_here == kPlaces && orders == kPlaces));
    BOOST_TEST((status(0).queue_events == kPlaces && status(1).queue_events == kPlaces));
  }
  for (const uint32_t partition : {0, 1}) BOOST_TEST(Comes([&] { return status(partition).outbox_pending == 0; }));
  BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor(here), here) == 500u + 1 + orders + to_here; }));
  BOOST_TEST(Comes([&] { return RecordsOf(*fixture.ViewFor(there), there) == to_here + 1 + 500u; }));
}

BOOST_AUTO_TEST_SUITE_END()
