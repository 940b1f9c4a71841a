// Identity, people and what is counted: what is neither a dimension nor an anomaly.
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

BOOST_AUTO_TEST_SUITE(account_suite)

BOOST_AUTO_TEST_CASE(an_account_exists_from_its_first_event_of_any_type) {
  Scene acme;
  acme.Happens("2024-03-01T10:00:00Z", UnknownEvent{"guanxi.event.v1.SomethingNew"});
  BOOST_TEST(acme.core().account_version == 1u);
  BOOST_TEST(FormatTimestamp(acme.core().first_event_at) == "2024-03-01T10:00:00Z");
  BOOST_TEST(FormatTimestamp(acme.core().swept_to) == "2024-03-01T09:59:59.999999Z");
  BOOST_TEST((acme.core().tier.tier == Tier::kOrdinary));
  BOOST_TEST(!acme.core().opened);
}

BOOST_AUTO_TEST_CASE(control_records_change_nothing) {
  Scene acme;
  acme.Happens("2024-03-01", ClockAdvanced{.to = At("2030-01-01")});
  BOOST_TEST(acme.core().account_version == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_said_of_the_account_is_what_was_said_last) {
  Scene acme;
  acme.Happens("2024-03-01", MakeOrder("o1", 1));
  acme.Happens("2024-03-02", AccountOpened{.name = "Acme", .industry = "manufacturing", .region = "north"});
  acme.Happens("2024-03-03", AccountChanged{.region = "south"});
  acme.Happens("2024-03-04", OwnerAssigned{.owner = "li", .manager = "wang", .region = "south"});
  acme.Happens("2024-03-05", GroupJoined{.group_account_id = "HOLDING"});
  acme.Happens("2024-03-06", KeyAccountDesignated{.reason = "size"});
  BOOST_TEST(acme.core().name == "Acme");
  BOOST_TEST(acme.core().industry == "manufacturing");
  BOOST_TEST(acme.core().region == "south");
  BOOST_TEST(acme.core().currency.view() == "EUR");
  BOOST_TEST(acme.core().owner == "li");
  BOOST_TEST(acme.core().group_account_id == "HOLDING");
  BOOST_TEST(acme.core().key_account_since.has_value());
  acme.Happens("2024-03-07", GroupLeft{.group_account_id = "HOLDING"});
  acme.Happens("2024-03-08", KeyAccountUndesignated{});
  BOOST_TEST(acme.core().group_account_id.empty());
  BOOST_TEST(!acme.core().key_account_since.has_value());
}

BOOST_AUTO_TEST_CASE(the_account_currency_is_the_opened_one_or_that_of_the_first_amount) {
  Scene opened, by_opportunity, bids;
  opened.Happens("2024-03-01", AccountOpened{.currency = kUsd});
  BOOST_TEST(opened.core().currency.view() == "USD");
  by_opportunity.Happens("2024-03-01", OpportunityOpened{.opportunity_id = "o", .expected_amount = Money{1, kUsd}});
  BOOST_TEST(by_opportunity.core().currency.view() == "USD");
  bids.Happens("2024-03-01", BidSubmitted{.bid_id = "b", .amount = Money{1, kUsd}});
  BOOST_TEST(bids.core().currency.empty());
}

BOOST_AUTO_TEST_CASE(sealed_parts_of_a_contact_are_kept_and_never_read) {
  Scene acme;
  acme.Happens("2024-03-01", ContactAdded{.contact_id = "ann", .sealed_personal = "S1"});
  for (int i = 0; i < 30; ++i)
    acme.Happens("2024-03-02", ContactChanged{.contact_id = "ann", .sealed_personal = "S" + std::to_string(i + 2)});
  const Contact& ann = *acme.Row<Contact>("ann");
  BOOST_TEST(ann.personal.size() == 17u);
  BOOST_TEST(ann.personal.front().sealed == "S1");
  BOOST_TEST(ann.personal.back().sealed == "S31");
  BOOST_TEST(ann.personal.back().position.value == 31u);
}

BOOST_AUTO_TEST_CASE(stages_move_freely_and_going_back_is_counted) {
  Scene acme;
  acme.Happens("2024-03-01", OpportunityOpened{.opportunity_id = "o"});
  for (const ProcurementStage stage : {ProcurementStage::kBidding, ProcurementStage::kAnalysis, ProcurementStage::kAnalysis,
                                       ProcurementStage::kPurchase, ProcurementStage::kTesting})
    acme.Happens("2024-03-02", OpportunityStageChanged{.opportunity_id = "o", .stage = stage});
  BOOST_TEST(acme.Row<Opportunity>("o")->stage_changes == 4u);
  BOOST_TEST(acme.Row<Opportunity>("o")->regressions == 2u);
  BOOST_TEST(acme.core().counts.opportunities_open == 1u);
  acme.Happens("2024-03-03", OpportunityWon{.opportunity_id = "o", .amount = Eur(5)});
  BOOST_TEST(acme.core().counts.opportunities_open == 0u);
  BOOST_TEST(acme.core().counts.opportunities_won == 1u);
}

BOOST_AUTO_TEST_CASE(a_bid_is_open_from_its_submission_to_its_decision) {
  Scene acme;
  const auto open = [&] { return acme.core().counts.bids_open; };
  acme.Happens("2024-03-01", BidInvited{.bid_id = "a"});
  BOOST_TEST(open() == 0u);
  for (const char* id : {"a", "b", "c"}) acme.Happens("2024-03-02", BidSubmitted{.bid_id = id});
  acme.Happens("2024-03-02", BidSubmitted{.bid_id = "a"});  // again: an anomaly
  BOOST_TEST(open() == 3u);
  acme.Happens("2024-03-03", BidWon{.bid_id = "a"});
  acme.Happens("2024-03-03", BidLost{.bid_id = "a"});  // decided already
  acme.Happens("2024-03-03", BidLost{.bid_id = "b"});
  BOOST_TEST(open() == 1u);
  acme.Happens("2024-03-04", BidWithdrawn{.bid_id = "c"});
  acme.Happens("2024-03-04", BidWon{.bid_id = "never submitted"});
  acme.Happens("2024-03-05", BidInvited{.bid_id = "d"});
  acme.Happens("2024-03-05", BidWithdrawn{.bid_id = "d"});
  BOOST_TEST(open() == 0u);
}

BOOST_AUTO_TEST_CASE(an_invoice_is_open_until_nothing_of_it_is_owed) {
  Scene acme;
  const auto open = [&] { return acme.core().counts.invoices_open; };
  for (const char* id : {"i1", "i2"})
    acme.Happens("2024-03-01", InvoiceIssued{.invoice_id = id, .amount = Eur(10), .due_at = At("2024-04-01")});
  acme.Happens("2024-03-01", InvoiceIssued{.invoice_id = "i3", .amount = {5'000'000, kUsd}, .due_at = At("2024-04-01")});
  BOOST_TEST(open() == 3u);  // in any currency
  acme.Happens("2024-03-02", PaymentReceived{.payment_id = "p1", .invoice_id = "i1", .amount = Eur(4)});
  BOOST_TEST(open() == 3u);
  acme.Happens("2024-03-03", PaymentReceived{.payment_id = "p2", .invoice_id = "i1", .amount = Eur(9)});
  acme.Happens("2024-03-03", PaymentReceived{.payment_id = "p3", .invoice_id = "i1", .amount = Eur(1)});  // nothing was owed
  acme.Happens("2024-03-04", InvoiceCancelled{.invoice_id = "i1"});
  BOOST_TEST(open() == 2u);
  acme.Happens("2024-03-05", InvoiceCancelled{.invoice_id = "i2"});
  acme.Happens("2024-03-06", PaymentReceived{.payment_id = "p4", .invoice_id = "i3", .amount = {5'000'000, kUsd}});
  BOOST_TEST(open() == 0u);
}

BOOST_AUTO_TEST_CASE(events_of_unknown_types_are_counted) {
  Scene acme;
  acme.Happens("2024-03-01", UnknownEvent{"guanxi.event.v1.SomethingNew"});
  acme.Happens("2024-03-02", AccountChanged{});
  acme.Happens("2024-03-03", UnknownEvent{"com.example.Other"});
  BOOST_TEST(acme.core().counts.unknown_events == 2u);
  BOOST_TEST(acme.core().account_version == 3u);
}

BOOST_AUTO_TEST_CASE(closed_opportunities_are_counted_by_how_they_ended) {
  Scene acme;
  for (const char* id : {"a", "b", "c", "d", "e"}) acme.Happens("2024-03-01", OpportunityOpened{.opportunity_id = id});
  acme.Happens("2024-03-02", OpportunityWon{.opportunity_id = "a"});
  acme.Happens("2024-03-02", OpportunityLost{.opportunity_id = "a"});  // closed already
  acme.Happens("2024-03-02", OpportunityLost{.opportunity_id = "b"});
  acme.Happens("2024-03-02", OpportunityLost{.opportunity_id = "c"});
  acme.Happens("2024-03-02", OpportunityAbandoned{.opportunity_id = "d"});
  const Counts& counts = acme.core().counts;
  BOOST_TEST(counts.opportunities_won == 1u);
  BOOST_TEST(counts.opportunities_lost == 2u);
  BOOST_TEST(counts.opportunities_abandoned == 1u);
  BOOST_TEST(counts.opportunities_open == 1u);
}

BOOST_AUTO_TEST_CASE(time_that_could_not_pass_ends_the_process_instead_of_looping_for_ever) {
  Scene acme;
  acme.Happens("2024-03-01", ComplaintFiled{.complaint_id = "x"});
  // No fold leaves a running clock that was due before swept_to.
  acme.core().sla_clocks.at(0).response_due = At("2024-02-01");
  const pid_t child = fork();
  if (child == 0) {
    std::freopen("/dev/null", "w", stderr);
    std::signal(SIGABRT, SIG_DFL);
    AdvanceTo(acme.core(), At("2024-06-01"), acme.context());
    _exit(0);
  }
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(WTERMSIG(status) == SIGABRT);
}

BOOST_AUTO_TEST_CASE(action_items_fall_overdue_by_time_alone) {
  Scene acme;
  acme.Happens("2024-03-01", MinutesRecorded{.minutes_id = "m",
                                             .action_items = {{.item_id = "a", .due_at = At("2024-03-10")},
                                                              {.item_id = "b", .due_at = At("2024-03-10")},
                                                              {.item_id = "c"}}});
  BOOST_TEST(acme.core().counts.action_items_open == 3u);
  BOOST_TEST((NextActionItemDue(acme.core()) == At("2024-03-10")));
  BOOST_TEST(OverdueActionItems(acme.core(), At("2024-03-10")) == 0u);
  BOOST_TEST(OverdueActionItems(acme.core(), At("2024-03-10T00:00:00.000001Z")) == 2u);
  acme.Happens("2024-03-11", ActionItemDone{.item_id = "a"});
  BOOST_TEST(OverdueActionItems(acme.core(), At("2024-03-11")) == 1u);
  acme.Happens("2024-03-11", ActionItemDropped{.item_id = "b"});
  BOOST_TEST(!NextActionItemDue(acme.core()).has_value());
  BOOST_TEST(acme.core().counts.action_items_open == 1u);
}

BOOST_AUTO_TEST_CASE(a_referral_tells_the_other_account_and_the_first_one_counts) {
  Scene acme;
  acme.Happens("2024-03-01", ReferralRequested{.referral_id = "r"});
  const Transition t = acme.Happens(
      "2024-03-02", ReferralReceived{.referral_id = "r", .referred_account_id = "BETA", .referral_class = ReferralClass::kMostLikely});
  BOOST_REQUIRE(t.outbox.size() == 1u);
  BOOST_TEST(t.outbox[0].to.value == "BETA");
  BOOST_TEST(t.outbox[0].origin.value == 2u);
  BOOST_TEST((t.outbox[0].body == EventBody{ReferralRecorded{"r", "ACME", ReferralClass::kMostLikely}}));

  Scene beta("BETA");
  beta.Happens("2024-03-02", t.outbox[0].body);
  BOOST_TEST(beta.core().referred_by->account_id == "ACME");
}

BOOST_AUTO_TEST_CASE(children_needed_names_each_row_once) {
  const AccountCore core;
  const auto needed = [&](EventBody body) {
    std::string text;
    for (const ChildKey& key :
         ChildrenNeeded(core, {TypeOf(body), Position{1}, At("2024-03-31T23:00:00Z"), body}, BusinessCalendar(8 * kMicrosPerHour)))
      text += fmt::format("{}:{} ", NameOf(key.kind), key.id);
    return text;
  };
  BOOST_TEST(needed(MakeOrder("o1", 1)) == "order:o1 month:2024-04 ");
  BOOST_TEST(needed(CreditNoteIssued{.credit_note_id = "c", .order_id = "o"}) == "credit_note:c order:o month:2024-04 ");
  BOOST_TEST(needed(CreditNoteIssued{.credit_note_id = "c"}) == "credit_note:c month:2024-04 ");
  BOOST_TEST(needed(PaymentReceived{.payment_id = "p", .invoice_id = "i"}) == "payment:p invoice:i ");
  BOOST_TEST(needed(VisitHeld{.visit_id = "v", .customers = {{.contact_id = "a"}, {.contact_id = "a"}, {}}}) == "visit:v contact:a ");
  BOOST_TEST(needed(AccountOpened{}) == "");
}

BOOST_AUTO_TEST_CASE(a_contract_amended_after_its_end_lives_again) {
  Scene acme;
  acme.Happens("2022-01-01",
               ContractSigned{.contract_id = "k", .starts_at = At("2022-01-01"), .ends_at = At("2022-06-01"), .business_lines = {"pumps"}});
  acme.Happens("2024-03-01", AccountChanged{});
  BOOST_TEST(acme.core().contracts.empty());  // over and out of W12
  acme.Happens("2024-03-02", ContractAmended{.contract_id = "k", .ends_at = At("2025-01-01")});
  BOOST_TEST(ActiveContracts(acme.core(), At("2024-03-02")) == 1u);
  BOOST_TEST(acme.core().contracts.at(0).full_months == 36);
  BOOST_TEST(acme.core().lines.names == std::vector<std::string>{"pumps"}, boost::test_tools::per_element());
  acme.Happens("2024-03-03", ContractEnded{.contract_id = "k"});
  BOOST_TEST(ActiveContracts(acme.core(), At("2024-03-03")) == 0u);
  BOOST_TEST(acme.core().contracts.at(0).full_months == 26);
}

BOOST_AUTO_TEST_CASE(the_contracts_that_end_first_make_room_when_there_are_too_many) {
  Scene acme;
  for (int i = 0; i < 1030; ++i)
    acme.Happens("2024-01-01", ContractSigned{.contract_id = std::to_string(i),
                                              .starts_at = At("2024-01-01"),
                                              .ends_at = Timestamp{At("2024-06-01").micros + i * kMicrosPerDay}});
  BOOST_TEST(acme.core().contracts.size() == 1024u);
  BOOST_TEST(acme.core().contracts.front().contract_id == "6");
}

BOOST_AUTO_TEST_SUITE_END()
