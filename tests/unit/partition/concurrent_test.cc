// A cluster as the daemon uses it: from many threads at once.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <map>

#include "partition/view_tree.h"
#include "relations/row_coding.h"
#include "support/at_once.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr int kAccounts = 6;
constexpr int kWriters = 4;
constexpr int kOrdersEach = 20;  // of a writer, for each account

std::string Account(int number) { return "account-" + std::to_string(number); }

// Small numbers, so that commits, checkpoints and evictions come close together.
void InSmallSteps(partition::ClusterOptions& options) {
  options.commit_events_max = 5;
  options.checkpoint_records_max = 40;
  options.hot_accounts_max = 2;
}

void WriteOrders(ClusterFixture& fixture, int writer) {
  for (int i = 0; i < kOrdersEach * kAccounts; ++i) {
    const std::string id = std::to_string(writer) + "-" + std::to_string(i);
    // Half of them are late: what came after them is undone and folded again.
    const std::string at = i % 2 == 0 ? "2025-03-01" : "2025-02-01";
    const auto outcome = fixture.Append(Order(Account(i % kAccounts), id, at, 1 + i));
    Must(outcome.status.ok(), std::string(outcome.status.message()));
  }
}

uint64_t OrdersOf(const partition::View& view, const std::string& account) {
  const auto read = partition::ReadAccount(view, account);
  return read.ok() ? read->core.counts.orders : 0;
}

// What a reader holds never changes, and the next view shows no less.
void ReadOn(ClusterFixture& fixture, const std::atomic<bool>& written) {
  std::map<std::string, uint64_t> seen;
  while (!written) {
    for (int i = 0; i < kAccounts; ++i) {
      const partition::ViewPtr view = fixture.ViewFor(Account(i));
      const uint64_t orders = OrdersOf(*view, Account(i));
      Must(orders >= seen[Account(i)], Account(i) + " lost orders");
      const auto root = partition::TreeRoot(*view, view->log_size);
      Must(root.ok() && *root == ledger::HashFromBytes(view->root), "a view's root is of another log");
      const auto then = partition::ReadAccount(*view, Account(i), {view->Newest(), {}});
      Must(!then.ok() || then->core.counts.orders == orders, Account(i) + " as of now is not what it is now");
      Must(OrdersOf(*view, Account(i)) == orders, "a view changed while it was held");
      seen[Account(i)] = orders;
    }
  }
}

void RebuildOn(ClusterFixture& fixture, const std::atomic<bool>& written) {
  for (bool verify_only = false; !written; verify_only = !verify_only) {
    for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p) {
      const auto report = fixture.cluster().Rebuild(PartitionId(p), verify_only, {});
      Must(report.ok(), std::string(report.status().message()));
      Must(report->rows_different == 0, "the views were not a fold of their log");
    }
  }
}

void ListenOn(ClusterFixture& fixture, const std::atomic<bool>& written) {
  while (!written) {
    std::atomic<bool> listening{true}, told_late{false};
    const uint64_t id = fixture.cluster().AddCommitListener([&](PartitionId) {
      if (!listening) told_late = true;
    });
    fixture.cluster().RemoveCommitListener(id);
    listening = false;
    Must(!told_late, "a listener was told after it had left");
  }
}

void MoveTheClock(ClusterFixture& fixture) {
  for (const char* month : {"2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01"}) {
    const absl::Status moved = fixture.cluster().AdvanceClock(At(month), "urn:test");
    Must(moved.ok(), std::string(moved.message()));
    for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p) (void)fixture.cluster().StatusOf(PartitionId(p));
  }
}

std::vector<std::string> States(ClusterFixture& fixture) {
  std::vector<std::string> states;
  for (int i = 0; i < kAccounts; ++i) states.push_back(relations::EncodedCore(fixture.Read(Account(i)).core));
  return states;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(concurrent)

BOOST_AUTO_TEST_CASE(writers_readers_listeners_rebuilds_and_the_clock_at_once_lose_nothing) {
  ClusterFixture fixture(2, InSmallSteps);
  std::atomic<bool> written{false};
  AtOnce writers, others;
  for (int writer = 0; writer < kWriters; ++writer) writers.Run([&, writer] { WriteOrders(fixture, writer); });
  writers.Run([&] { MoveTheClock(fixture); });
  for (int reader = 0; reader < 2; ++reader) others.Run([&] { ReadOn(fixture, written); });
  others.Run([&] { RebuildOn(fixture, written); });
  others.Run([&] { ListenOn(fixture, written); });
  BOOST_TEST(writers.Complaints() == "");
  written = true;
  BOOST_TEST(others.Complaints() == "");
  for (int i = 0; i < kAccounts; ++i) BOOST_TEST(fixture.Read(Account(i)).core.counts.orders == uint64_t{kWriters * kOrdersEach});
  for (uint32_t p = 0; p < 2; ++p) BOOST_TEST(fixture.cluster().Rebuild(PartitionId(p), true, {})->rows_different == 0u);
  const auto before = States(fixture);
  fixture.Reopen();
  BOOST_TEST((States(fixture) == before));
}

BOOST_AUTO_TEST_CASE(what_is_queued_when_the_cluster_closes_is_answered_once_and_kept) {
  constexpr int kOrders = 300;
  ClusterFixture fixture(2, InSmallSteps);
  std::atomic<int> acknowledged{0};
  const auto submit = [&](int writer) {
    for (int i = writer; i < kOrders; i += kWriters) {
      partition::Submission submission;
      submission.events.push_back(Order(Account(i % kAccounts), std::to_string(i), "2025-03-01", 1));
      fixture.cluster().Submit(fixture.cluster().PartitionOf(Account(i % kAccounts)), std::move(submission),
                               [&](const partition::SubmissionResult& result) { acknowledged += result.front().status.ok() ? 1 : 0; });
    }
  };
  AtOnce writers;
  for (int writer = 0; writer < kWriters; ++writer) writers.Run([&, writer] { submit(writer); });
  BOOST_TEST(writers.Complaints() == "");
  fixture.Reopen();
  BOOST_TEST(acknowledged == kOrders);
  uint64_t kept = 0;
  for (int i = 0; i < kAccounts; ++i) kept += fixture.Read(Account(i)).core.counts.orders;
  BOOST_TEST(kept == uint64_t{kOrders});
}

BOOST_AUTO_TEST_SUITE_END()
