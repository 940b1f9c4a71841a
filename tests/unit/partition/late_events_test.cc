// What events cost that come long after they occurred, and whom.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>
#include <vector>

#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr int kOrders = 600;
constexpr int kOldOrders = 100;

codec::Record OrderAt(const std::string& id, const std::string& day, int minute) {
  codec::Record order = Order("acme", id + std::to_string(minute), day, 1 + minute);
  order.occurred_at.micros += minute * 60 * kMicrosPerSecond;
  return order;
}

void AppendTogether(ClusterFixture& fixture, int from, int to) {
  partition::Submission submission;
  for (int i = from; i < to; ++i) submission.events.push_back(OrderAt("order-", "2025-03-01", i));
  for (const auto& outcome : fixture.cluster().SubmitAndWait(PartitionId(0), std::move(submission))) BOOST_REQUIRE(outcome.status.ok());
}

void Submit(ClusterFixture& fixture, codec::Record record, std::function<void(partition::SubmissionResult)> done) {
  partition::Submission submission;
  submission.events.push_back(std::move(record));
  fixture.cluster().Submit(PartitionId(0), std::move(submission), std::move(done));
}

// Old orders, all of them in the queue before the first is taken; how many of them were refused.
int AppendOldOrdersAtOnce(ClusterFixture& fixture) {
  std::promise<void> stands, goes_on, answered;
  std::atomic<int> open{kOldOrders}, refused{0};
  Submit(fixture, Order("other", "stalls", "2025-03-01", 1), [&](const partition::SubmissionResult&) {
    stands.set_value();
    goes_on.get_future().wait();
  });
  stands.get_future().wait();
  for (int i = 0; i < kOldOrders; ++i) {
    Submit(fixture, OrderAt("old-", "2025-01-01", i), [&](const partition::SubmissionResult& result) {
      if (!result.front().status.ok()) ++refused;
      if (--open == 0) answered.set_value();
    });
  }
  goes_on.set_value();
  answered.get_future().wait();
  return refused;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(late_events)

// A commit of 4,096 events that were older than 4,000 others of their account folded 16 million, and everybody waited for it.
BOOST_AUTO_TEST_CASE(a_commit_of_many_old_events_ends_early_and_the_next_goes_on) {
  constexpr uint64_t kRefoldedMax = 2'000;
  ClusterFixture fixture(1, [](partition::ClusterOptions& options) { options.refolded_events_max = kRefoldedMax; });
  AppendTogether(fixture, 0, kOrders);
  std::vector<uint64_t> refolded{0};
  const auto count = [&](PartitionId partition) { refolded.push_back(fixture.cluster().StatusOf(partition).refolded_events); };
  const uint64_t listener = fixture.cluster().AddCommitListener(count);
  BOOST_TEST(AppendOldOrdersAtOnce(fixture) == 0);
  fixture.cluster().RemoveCommitListener(listener);

  BOOST_TEST(refolded.back() >= uint64_t{kOldOrders} * kOrders);
  // The last of a commit may begin just below the bound.
  for (size_t i = 1; i < refolded.size(); ++i) BOOST_TEST(refolded[i] - refolded[i - 1] < kRefoldedMax + kOrders + kOldOrders);

  ClusterFixture in_order(1);
  for (int i = 0; i < kOldOrders; ++i) BOOST_REQUIRE(in_order.Append(OrderAt("old-", "2025-01-01", i)).status.ok());
  AppendTogether(in_order, 0, kOrders);
  const auto late = fixture.Read("acme"), expected = in_order.Read("acme");
  BOOST_TEST(late.core.counts.orders == uint64_t{kOrders} + kOldOrders);
  BOOST_TEST((late.core.counts == expected.core.counts && late.core.totals == expected.core.totals));
}

BOOST_AUTO_TEST_SUITE_END()
