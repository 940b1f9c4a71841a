// Commands that name several events, and what a partition must not take from outside.
#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "codec/control_record.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "relations/policy.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

partition::SubmissionResult Command(ClusterFixture& fixture, std::vector<codec::Record> events) {
  partition::Submission submission;
  const PartitionId to = fixture.cluster().PartitionOf(events.front().account_id);
  submission.events = std::move(events);
  submission.strict = true;
  return fixture.cluster().SubmitAndWait(to, std::move(submission));
}

codec::Record Cancelled(const std::string& account, const std::string& id, const std::string& at, const std::string& order) {
  event::v1::OrderCancelled cancelled;
  cancelled.set_order_id(order);
  return EventOf(account, id, at, cancelled);
}

codec::Record OwnedBy(const std::string& account, const std::string& owner) {
  event::v1::OwnerAssigned assigned;
  assigned.set_owner(owner);
  return EventOf(account, "owner of " + account, "2025-01-01", assigned);
}

codec::Record Linked(const std::string& account, const std::string& external_id) {
  event::v1::ExternalIdLinked linked;
  linked.set_system("crm");
  linked.set_external_id(external_id);
  return EventOf(account, "link of " + account, "2025-01-01", linked);
}

// As a topic gives it to the partition: not by way of AdoptPolicy, which looks at all partitions first.
partition::EventOutcome TellPolicy(ClusterFixture& fixture, PartitionId partition, Timestamp effective_at) {
  const relations::Policy& policy = relations::TransactionalPolicy();
  const relations::PolicyAdopted adopted{policy.name, policy.version, std::string(relations::TransactionalPolicyToml()), effective_at, 1};
  partition::Submission submission;
  submission.internal = true;
  submission.events.push_back(codec::MakePolicyAdopted(adopted, At("2025-01-01"), "op"));
  return fixture.cluster().SubmitAndWait(partition, std::move(submission)).front();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(commands)

BOOST_AUTO_TEST_CASE(an_event_of_a_command_may_need_another_one_of_it) {
  ClusterFixture fixture(1);
  const auto cancelled = Command(fixture, {Order("acme", "o1", "2025-03-01", 5), Cancelled("acme", "c1", "2025-03-02", "o1")});
  for (const auto& outcome : cancelled) BOOST_TEST(outcome.status.ok(), outcome.status);
  // In the order of their times, not of the call.
  const auto turned = Command(fixture, {Cancelled("acme", "c2", "2025-04-02", "o2"), Order("acme", "o2", "2025-04-01", 5)});
  for (const auto& outcome : turned) BOOST_TEST(outcome.status.ok(), outcome.status);
  // The same in the account's past.
  const auto late = Command(fixture, {Order("acme", "o3", "2025-02-01", 5), Cancelled("acme", "c3", "2025-02-02", "o3")});
  for (const auto& outcome : late) BOOST_TEST(outcome.status.ok(), outcome.status);
  BOOST_TEST(fixture.Read("acme").core.anomalies.empty());
}

BOOST_AUTO_TEST_CASE(events_of_a_command_that_contradict_each_other_are_refused_together) {
  ClusterFixture fixture(1);
  codec::Record again = Order("acme", "o1", "2025-03-02", 5);
  again.id = "the same order once more";
  const auto twice = Command(fixture, {Order("acme", "o1", "2025-03-01", 5), again});
  for (const auto& outcome : twice) BOOST_TEST(ReasonName(outcome.status) == "STATE_CONTRADICTED");
  BOOST_TEST(fixture.cluster().ViewOf(PartitionId(0))->log_size == 0u);
}

BOOST_AUTO_TEST_CASE(a_command_on_a_new_account_does_not_see_the_first_account_of_the_partition) {
  ClusterFixture fixture(1);
  BOOST_REQUIRE(fixture.Append(Order("first", "o1", "2025-03-01", 5)).status.ok());
  const auto strange = Command(fixture, {Cancelled("second", "c1", "2025-03-02", "o1")});
  BOOST_TEST(ReasonName(strange.front().status) == "STATE_CONTRADICTED");
}

BOOST_AUTO_TEST_CASE(a_record_of_the_engines_own_that_came_from_outside_is_never_taken_by_a_retry) {
  ClusterFixture fixture(1);
  codec::Record forged = codec::MakeParkedRepaired(Position{999'999'999}, "forged", At("2025-03-01"), "a stranger");
  forged.account_id = "acme";
  const auto kept = fixture.Append(forged);
  BOOST_TEST(ReasonName(kept.status) == "CONTROL_TYPE_RESERVED");
  BOOST_REQUIRE(kept.parked_at.has_value());
  const auto retried = fixture.cluster().RetryParked(PartitionId(0), *kept.parked_at, "op", "all of them");
  BOOST_TEST(ReasonName(retried.status) == "CONTROL_TYPE_RESERVED");
  BOOST_TEST(fixture.cluster().DismissParked(PartitionId(0), *kept.parked_at, "op", "forged").status.ok());
  fixture.Reopen();
  BOOST_TEST(fixture.cluster().ViewOf(PartitionId(0))->log_size == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_parked_and_sent_again_is_kept_once) {
  ClusterFixture fixture(1);
  const auto first = fixture.Append(Order("acme", "o1", "2026-02-01", 5));
  BOOST_REQUIRE(first.parked_at.has_value());
  for (int i = 0; i < 2; ++i) {
    const auto again = fixture.Append(Order("acme", "o1", "2026-02-01", 5));
    BOOST_TEST(ReasonName(again.status) == "OCCURRED_IN_FUTURE");
    BOOST_REQUIRE(again.parked_at.has_value());
    BOOST_TEST(again.parked_at->value == first.parked_at->value);
    fixture.Reopen();
  }
  const auto other = fixture.Append(Order("acme", "o1", "2026-02-01", 6));
  BOOST_REQUIRE(other.parked_at.has_value());
  BOOST_TEST(other.parked_at->value != first.parked_at->value);
  BOOST_TEST(fixture.cluster().DismissParked(PartitionId(0), *first.parked_at, "op", "wrong").status.ok());
  // What was decided is decided: it comes again as a new one.
  const auto anew = fixture.Append(Order("acme", "o1", "2026-02-01", 5));
  BOOST_REQUIRE(anew.parked_at.has_value());
  BOOST_TEST(anew.parked_at->value > other.parked_at->value);
  BOOST_TEST(partition::ListParked(*fixture.ViewFor("acme"), "acme", Position{}, 10)->size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_repaired_event_answers_as_an_accepted_one) {
  ClusterFixture fixture(1);
  const auto early = fixture.Append(Order("acme", "o1", "2026-02-01", 5));
  BOOST_REQUIRE(early.parked_at.has_value());
  BOOST_REQUIRE(fixture.Append(Order("acme", "o2", "2025-02-01", 5)).status.ok());
  fixture.now_ = At("2026-03-01");
  BOOST_TEST(fixture.cluster().RetryParked(PartitionId(0), *early.parked_at, "op", "now").account_version == 2u);
  for (int i = 0; i < 2; ++i) {
    const auto again = fixture.Append(Order("acme", "o1", "2026-02-01", 5));
    BOOST_TEST(again.duplicate);
    BOOST_TEST(again.account_version == 2u);
    fixture.Reopen();
  }
}

BOOST_AUTO_TEST_CASE(a_zero_byte_in_a_name_leads_to_nobody_else) {
  ClusterFixture fixture(1);
  const std::string odd("lin\0x", 5), odder("lin\1\1x", 6);
  for (const auto& [account, text] : std::vector<std::pair<std::string, std::string>>{{"A", odd}, {"B", "lin"}, {"C", odder}}) {
    BOOST_REQUIRE(fixture.Append(OwnedBy(account, text)).status.ok());
    BOOST_REQUIRE(fixture.Append(Linked(account, text)).status.ok());
  }
  for (const auto& [account, text] : std::vector<std::pair<std::string, std::string>>{{"A", odd}, {"B", "lin"}, {"C", odder}}) {
    const std::vector<std::string> only{account};
    BOOST_TEST(*partition::ListByOwner(*fixture.ViewFor("A"), text, "", 10) == only);
    BOOST_TEST(*partition::FindByExternalId(*fixture.ViewFor("A"), "crm", text) == only);
  }
}

BOOST_AUTO_TEST_CASE(a_policy_that_comes_after_later_events_is_in_force_after_them) {
  ClusterFixture fixture(1);
  BOOST_REQUIRE(fixture.Append(Order("acme", "o1", "2025-03-01", 5)).status.ok());
  BOOST_REQUIRE(TellPolicy(fixture, PartitionId(0), At("2025-02-01")).status.ok());
  for (int i = 0; i < 2; ++i) {
    auto view = fixture.cluster().ViewOf(PartitionId(0));
    BOOST_REQUIRE(view->policies->adopted().size() == 1u);
    BOOST_TEST((view->policies->adopted().front().effective_at > At("2025-03-01")));
    // Now, and as of the newest record: the same rules.
    const auto newest = fixture.Read("acme", {view->Newest(), {}});
    BOOST_TEST(partition::PolicyAt(*view, newest).name == partition::PolicyAt(*view, fixture.Read("acme")).name);
    view.reset();  // it holds the old store
    fixture.Reopen();
  }
  BOOST_TEST(TellPolicy(fixture, PartitionId(0), At("2025-02-01")).duplicate);
}

BOOST_AUTO_TEST_CASE(an_adoption_that_reached_some_partitions_is_finished_when_it_is_repeated) {
  ClusterFixture fixture(3);
  BOOST_REQUIRE(TellPolicy(fixture, PartitionId(0), At("2025-02-01")).status.ok());
  BOOST_REQUIRE(fixture.cluster().AdoptPolicy(std::string(relations::TransactionalPolicyToml()), {}, "op", "again").ok());
  for (uint32_t p = 0; p < 3; ++p) BOOST_TEST(fixture.cluster().ViewOf(PartitionId(p))->policies->adopted().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
