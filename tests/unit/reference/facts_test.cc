// What is accepted, what is ignored, and what is said about it.
#include <boost/test/unit_test.hpp>

#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "support/reference/history.h"
#include "unit/reference/printing.h"

using namespace guanxi;
using namespace guanxi::reference;

namespace {

const char* kDay = "2024-12-31";

template <class Message, class Setter>
Message With(Setter set) {
  Message message;
  set(message);
  return message;
}

v1::BidSubmitted Submit(const char* bid) {
  return With<v1::BidSubmitted>([&](auto& m) { m.set_bid_id(bid); });
}
v1::BidWon Win(const char* bid) {
  return With<v1::BidWon>([&](auto& m) { m.set_bid_id(bid); });
}
v1::VisitHeld Held(const char* id, bool first, const char* review_of) {
  return With<v1::VisitHeld>([&](auto& m) {
    m.set_visit_id(id);
    m.set_first(first);
    m.set_review_of(review_of);
  });
}

// The anomalies of all events, one per event, "-" for none.
std::string AllAnomalies(const History& h) {
  const State state = h.AsOf(kDay);
  std::string text;
  for (size_t i = 0; i < h.account.events.size(); ++i) {
    const std::string kinds = AnomaliesOf(state, static_cast<int>(i));
    text += (i == 0 ? "" : ", ") + (kinds.empty() ? "-" : kinds);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference_facts)

BOOST_AUTO_TEST_CASE(the_currency_of_the_opening_counts_before_any_amount_and_else_the_first_amount) {
  History opened, first_amount;
  opened.At("2024-01-01").Add(With<v1::AccountOpened>([](auto& m) { m.set_currency_code("USD"); })).Order("o1", 1);
  BOOST_TEST(opened.AsOf(kDay).facts.currency == "USD");
  BOOST_TEST(AllAnomalies(opened) == "-, FOREIGN_CURRENCY");
  first_amount.At("2024-01-01").Invoice("i1", 1, "2024-01-02", "EUR");
  first_amount.Add(With<v1::AccountOpened>([](auto& m) { m.set_currency_code("USD"); })).Order("o1", 1, "", "EUR");
  BOOST_TEST(first_amount.AsOf(kDay).facts.currency == "EUR");
  BOOST_TEST(AllAnomalies(first_amount) == "-, ACCOUNT_CURRENCY_FIXED, -");
}

BOOST_AUTO_TEST_CASE(what_is_ignored_does_not_set_the_currency) {
  History h;
  h.At("2024-01-01").Pay("p1", "nothing", 1, "EUR").Order("o1", 1, "", "CNY");
  BOOST_TEST(h.AsOf(kDay).facts.currency == "CNY");
  BOOST_TEST(AllAnomalies(h) == "INVOICE_UNKNOWN, -");
}

BOOST_AUTO_TEST_CASE(an_order_is_placed_once_and_cancelled_once) {
  History h;
  h.At("2024-01-01").Order("o1", 7).Order("o1", 9).CancelOrder("o2").CancelOrder("o1").CancelOrder("o1");
  BOOST_TEST(AllAnomalies(h) == "-, ORDER_ALREADY_PLACED, ORDER_UNKNOWN, -, ORDER_ALREADY_CANCELLED");
}

BOOST_AUTO_TEST_CASE(the_month_of_the_cancellation_bears_the_minus) {
  History h;
  h.At("2024-01-31").Order("o1", 7, "", "CNY", "bridge").At("2024-02-01").CancelOrder("o1");
  const auto months = h.AsOf(kDay).sums.at("CNY");
  const Month january{(2024 - 1970) * 12}, february{january.index + 1};
  BOOST_TEST((months.at(january) == MonthSums{1, 7'000'000, 0, 1'000'000, 7'000'000}));
  BOOST_TEST((months.at(february) == MonthSums{0, -7'000'000, 0, -1'000'000, -7'000'000}));
}

BOOST_AUTO_TEST_CASE(a_credit_note_is_project_income_only_when_its_order_has_a_project) {
  const auto credit = [](const char* id, const char* order) {
    return With<v1::CreditNoteIssued>([&](auto& m) {
      m.set_credit_note_id(id);
      m.set_order_id(order);
      m.set_currency_code("CNY");
      *m.add_lines() = OrderLine(1, 3);
    });
  };
  History h;
  h.At("2024-01-31").Order("o1", 7, "", "CNY", "bridge").Order("o2", 7).At("2024-02-01").Add(credit("n1", "o1")).Add(credit("n2", "o2"));
  h.Add(credit("n3", "")).Add(credit("n3", "o1")).Add(credit("n4", "nothing"));
  BOOST_TEST(AllAnomalies(h) == "-, -, -, -, -, CREDIT_NOTE_ALREADY_ISSUED, ORDER_UNKNOWN");
  const Month february{(2024 - 1970) * 12 + 1};
  BOOST_TEST((h.AsOf(kDay).sums.at("CNY").at(february) == MonthSums{0, -12'000'000, 0, -4'000'000, -3'000'000}));
}

BOOST_AUTO_TEST_CASE(a_payment_above_what_is_open_pays_what_is_open) {
  History h;
  h.At("2024-01-01").Invoice("i1", 10, "2024-01-05").Pay("p1", "i1", 4).Pay("p1", "i1", 4).Pay("p2", "i1", 7).Pay("p3", "i1", 1);
  BOOST_TEST(AllAnomalies(h) == "-, -, PAYMENT_ALREADY_RECEIVED, PAYMENT_EXCEEDS_OPEN_AMOUNT, PAYMENT_EXCEEDS_OPEN_AMOUNT");
  BOOST_TEST(h.AsOf(kDay).facts.invoices.at("i1").Open() == 0);
}

BOOST_AUTO_TEST_CASE(a_payment_in_another_currency_than_its_invoice_pays_nothing) {
  History h;
  h.At("2024-01-01").Invoice("i1", 10, "2024-01-05").Pay("p1", "i1", 4, "EUR").Pay("p1", "i1", 4);
  BOOST_TEST(AllAnomalies(h) == "-, PAYMENT_CURRENCY_DIFFERS, -");
  BOOST_TEST(h.AsOf(kDay).facts.invoices.at("i1").Open() == 6'000'000);
}

BOOST_AUTO_TEST_CASE(each_lines_cost_is_rounded_half_to_even_on_its_own) {
  v1::OrderPlaced order;
  order.set_order_id("o1");
  order.set_currency_code("CNY");
  for (int i = 0; i < 2; ++i) {
    auto* line = order.add_lines();
    line->set_quantity_micros(500'000);
    line->set_unit_price_micros(10);
    line->set_unit_cost_micros(i == 0 ? 1 : 3);
  }
  History h;
  h.At("2024-01-01").Add(order);
  // Costs of 0.5 and 1.5 micro-units: 0 and 2.
  BOOST_TEST(static_cast<int64_t>(h.AsOf(kDay).sums.at("CNY").begin()->second.profit) == 8);
}

BOOST_AUTO_TEST_CASE(contracts_end_once_and_never_before_they_start) {
  const auto amend = [](const char* id, const char* ends) {
    return With<v1::ContractAmended>([&](auto& m) {
      m.set_contract_id(id);
      *m.mutable_ends_at() = ToProto(Time(ends));
    });
  };
  History h;
  h.At("2024-01-01").Contract("c1", "2024-01-10", "2024-06-01").Contract("c1", "2024-01-10", "2025-06-01");
  h.Add(amend("c2", "2025-01-01")).Add(amend("c1", "2024-01-10")).Add(amend("c1", "2024-07-01")).EndContract("c2");
  h.At("2024-06-15").EndContract("c1").EndContract("c1");
  BOOST_TEST(AllAnomalies(h) ==
             "-, CONTRACT_ALREADY_SIGNED, CONTRACT_UNKNOWN, CONTRACT_END_BEFORE_START, -, CONTRACT_UNKNOWN, -, CONTRACT_ALREADY_ENDED");
}

BOOST_AUTO_TEST_CASE(contacts_come_change_go_and_come_back) {
  const auto remove = With<v1::ContactRemoved>([](auto& m) { m.set_contact_id("li"); });
  const auto change = With<v1::ContactChanged>([](auto& m) { m.set_contact_id("li"), m.set_department("board"); });
  History h;
  h.At("2024-01-01").Add(change).Add(remove);
  const auto add = [&] { h.Contact("li", "store", v1::LEVEL_SENIOR, v1::COMMITTEE_ROLE_USER, v1::STANCE_MENTOR); };
  add();
  h.Add(change);
  BOOST_TEST(h.AsOf(kDay).facts.contacts.at("li").department == "board");
  add();
  BOOST_TEST(h.AsOf(kDay).facts.contacts.at("li").department == "store");
  h.Add(remove).Add(remove).Visit("v1", {MeetsContact("li")});
  BOOST_TEST(!h.AsOf(kDay).facts.contacts.at("li").present);
  BOOST_TEST(Text(h.AsOf(kDay), kHeight) == "0");
  add();
  BOOST_TEST(h.AsOf(kDay).facts.contacts.at("li").present);
  BOOST_TEST(AllAnomalies(h) == "CONTACT_UNKNOWN, CONTACT_UNKNOWN, -, -, CONTACT_ALREADY_ADDED, -, CONTACT_UNKNOWN, CONTACT_UNKNOWN, -");
}

BOOST_AUTO_TEST_CASE(visits_form_a_chain) {
  History h;
  h.At("2024-01-01").Add(Held("v1", true, "")).Add(Held("v2", false, "v1")).Add(Held("v3", false, "")).Add(Held("v4", false, "v2"));
  h.Add(Held("v5", true, "v4")).Add(Held("v5", false, "v5")).Visit("v6", {MeetsContact("nobody")});
  BOOST_TEST(AllAnomalies(h) ==
             "-, -, VISIT_REVIEW_MISSING, VISIT_REVIEW_NOT_PREVIOUS, VISIT_NOT_FIRST, VISIT_ALREADY_HELD, "
             "VISIT_REVIEW_MISSING CONTACT_UNKNOWN");
  BOOST_TEST(h.AsOf(kDay).facts.visits.size() == 6);
}

BOOST_AUTO_TEST_CASE(an_unknown_contact_whose_level_is_stated_is_no_anomaly) {
  v1::CustomerParticipant stated = MeetsContact("nobody");
  stated.set_level(v1::LEVEL_SENIOR);
  History h;
  h.At("2024-01-01").Visit("v1", {stated});
  BOOST_TEST(AllAnomalies(h) == "-");
}

BOOST_AUTO_TEST_CASE(opportunities_move_freely_until_they_are_closed) {
  const auto open = With<v1::OpportunityOpened>([](auto& m) { m.set_opportunity_id("x"); });
  const auto move = [](const char* id, v1::ProcurementStage stage) {
    return With<v1::OpportunityStageChanged>([&](auto& m) { m.set_opportunity_id(id), m.set_stage(stage); });
  };
  const auto won = With<v1::OpportunityWon>([](auto& m) { m.set_opportunity_id("x"); });
  History h;
  h.At("2024-01-01").Add(open).Add(open).Add(move("x", v1::PROCUREMENT_STAGE_TESTING)).Add(move("x", v1::PROCUREMENT_STAGE_ANALYSIS));
  h.Add(move("y", v1::PROCUREMENT_STAGE_ANALYSIS));
  BOOST_TEST(h.AsOf(kDay).open_opportunities.at(v1::PROCUREMENT_STAGE_ANALYSIS) == 1);
  BOOST_TEST(h.AsOf(kDay).facts.opportunities.at("x").regressions == 1);
  h.Add(won).Add(won).Add(move("x", v1::PROCUREMENT_STAGE_TESTING));
  BOOST_TEST(AllAnomalies(h) == "-, OPPORTUNITY_ALREADY_OPENED, -, -, OPPORTUNITY_UNKNOWN, -, OPPORTUNITY_CLOSED, OPPORTUNITY_CLOSED");
  BOOST_TEST(h.AsOf(kDay).open_opportunities.empty());
}

BOOST_AUTO_TEST_CASE(a_win_without_a_submission_is_folded_and_a_second_decision_is_not) {
  const auto lost = With<v1::BidLost>([](auto& m) { m.set_bid_id("b1"); });
  const auto withdrawn = With<v1::BidWithdrawn>([](auto& m) { m.set_bid_id("b3"); });
  History h;
  h.At("2024-01-01")
      .Add(Win("b1"))
      .Add(lost)
      .Add(Submit("b2"))
      .Add(Submit("b2"))
      .Add(Win("b2"))
      .Add(Submit("b2"))
      .Add(withdrawn)
      .Add(Submit("b1"));
  BOOST_TEST(AllAnomalies(h) ==
             "BID_NOT_SUBMITTED, BID_ALREADY_DECIDED, -, BID_ALREADY_SUBMITTED, -, BID_ALREADY_SUBMITTED, BID_UNKNOWN, "
             "BID_ALREADY_DECIDED");
  BOOST_TEST((h.AsOf(kDay).facts.bids.at("b1").status == BidStatus::kWon));
}

BOOST_AUTO_TEST_CASE(action_items_end_once_and_are_overdue_after_their_due_instant) {
  const auto done = [](const char* id) { return With<v1::ActionItemDone>([&](auto& m) { m.set_item_id(id); }); };
  History h;
  h.At("2024-01-01").Add(With<v1::MinutesRecorded>([](auto& m) {
    for (const char* id : {"a", "b", "c"}) m.add_action_items()->set_item_id(id);
    *m.mutable_action_items(0)->mutable_due_at() = ToProto(Time("2024-02-01"));
  }));
  BOOST_TEST(h.AsOf("2024-02-01").overdue_action_items == 0);
  BOOST_TEST(h.AsOf("2024-02-01T00:00:00.000001Z").overdue_action_items == 1);
  h.Add(done("b")).Add(done("b")).Add(done("d"));
  BOOST_TEST(h.AsOf(kDay).open_action_items == 2);
  BOOST_TEST(AllAnomalies(h) == "-, -, ACTION_ITEM_ALREADY_ENDED, ACTION_ITEM_UNKNOWN");
}

BOOST_AUTO_TEST_CASE(groups_owners_flags_and_external_ids_follow_the_newest) {
  const auto join = [](const char* group) { return With<v1::GroupJoined>([&](auto& m) { m.set_group_account_id(group); }); };
  const auto leave = [](const char* group) { return With<v1::GroupLeft>([&](auto& m) { m.set_group_account_id(group); }); };
  const auto link = With<v1::ExternalIdLinked>([](auto& m) { m.set_system("erp"), m.set_external_id("7"); });
  const auto unlink = With<v1::ExternalIdUnlinked>([](auto& m) { m.set_system("erp"), m.set_external_id("7"); });
  History h;
  h.At("2024-01-01").Add(join("a")).Add(join("b")).Add(leave("a")).Add(link).Add(unlink).Add(unlink).Add(v1::KeyAccountDesignated());
  h.Add(With<v1::OwnerAssigned>([](auto& m) { m.set_owner("zhou"); })).Add(With<v1::OwnerAssigned>([](auto& m) { m.set_owner("wu"); }));
  const State state = h.AsOf(kDay);
  BOOST_TEST(state.facts.group == "b");
  BOOST_TEST(state.facts.owner->owner == "wu");
  BOOST_TEST(state.facts.key_account);
  BOOST_TEST(state.facts.external_ids.empty());
  BOOST_TEST(AllAnomalies(h) == "-, -, GROUP_NOT_JOINED, -, -, EXTERNAL_ID_NOT_LINKED, -, -, -");
}

BOOST_AUTO_TEST_CASE(the_first_referral_recorded_is_the_one_that_counts) {
  const auto recorded = [](const char* by) { return With<v1::ReferralRecorded>([&](auto& m) { m.set_referring_account_id(by); }); };
  const auto received = [](const char* id, const char* referred) {
    return With<v1::ReferralReceived>([&](auto& m) { m.set_referral_id(id), m.set_referred_account_id(referred); });
  };
  History h;
  h.At("2024-01-02").Add(recorded("second")).At("2024-01-01").Add(recorded("first")).Add(received("r", "acme")).Add(received("r", "other"));
  h.Add(received("r", "other"));
  BOOST_TEST(h.AsOf(kDay).facts.referred_by.value() == "first");
  BOOST_TEST(AllAnomalies(h) == "REFERRAL_ALREADY_RECORDED, -, REFERRAL_TO_ITSELF, -, REFERRAL_ALREADY_RECEIVED");
}

BOOST_AUTO_TEST_CASE(an_id_an_event_is_about_must_be_known_one_it_mentions_need_not) {
  const auto answer = With<v1::SurveyAnswered>([](auto& m) { m.set_survey_id("s"), m.set_score(1), m.set_scale(1); });
  History h;
  h.At("2024-01-01").Add(With<v1::MinutesRecorded>([](auto& m) { m.set_visit_id("v"); }));
  h.Add(With<v1::BidInvited>([](auto& m) { m.set_bid_id("b"), m.set_tender_id("t"); }));
  h.Add(With<v1::InvoiceIssued>([](auto& m) { m.set_invoice_id("i"), m.set_order_id("o"); }));
  h.Add(answer).Add(With<v1::SurveySent>([](auto& m) { m.set_survey_id("s"), m.set_contact_id("c"); })).Add(answer).Add(answer);
  h.Add(With<v1::JointProjectEnded>([](auto& m) { m.set_project_id("p"); }));
  BOOST_TEST(AllAnomalies(h) == "-, -, -, SURVEY_UNKNOWN, -, -, SURVEY_ALREADY_ANSWERED, PROJECT_UNKNOWN");
}

BOOST_AUTO_TEST_SUITE_END()
