// Every anomaly of the table in docs/domain-decisions.md, and what its event
// changes: nothing but the version where the table says "ignored".
#include <boost/test/unit_test.hpp>
#include <set>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

constexpr const char* kDay1 = "2024-03-01T23:00:00Z";
constexpr const char* kDay2 = "2024-03-02";
constexpr const char* kDay3 = "2024-03-03";

using Names = std::vector<std::string>;

const InvoiceIssued kInvoice{.invoice_id = "i", .amount = Eur(100), .due_at = At("2024-04-01")};
PaymentReceived Pay(std::string id, Money amount) { return {.payment_id = std::move(id), .invoice_id = "i", .amount = amount}; }
ContractSigned Sign(std::string_view from, std::string_view to) { return {.contract_id = "k", .starts_at = At(from), .ends_at = At(to)}; }

struct Row {
  std::string situation;
  std::vector<EventBody> before;  // on day 1
  EventBody event;                // on day 2
  Names anomalies;
  bool ignored;
};

// clang-format off: one row, one line
const std::vector<Row>& Table() {
  static const std::vector<Row> table = {
      {"opened twice", {AccountOpened{.name = "A"}}, AccountOpened{.name = "B"}, {"ACCOUNT_ALREADY_OPENED"}, true},
      {"opened after an order in another currency",
       {MakeOrder("o", 1)},
       AccountOpened{.name = "A", .currency = kUsd},
       {"ACCOUNT_CURRENCY_FIXED"},
       false},
      {"unlinked, never linked", {}, ExternalIdUnlinked{.system = "erp", .external_id = "1"}, {"EXTERNAL_ID_NOT_LINKED"}, true},
      {"left a group it is not in", {GroupJoined{.group_account_id = "g"}}, GroupLeft{.group_account_id = "h"}, {"GROUP_NOT_JOINED"}, true},
      {"contact added twice",
       {ContactAdded{.contact_id = "c"}},
       ContactAdded{.contact_id = "c", .level = Level::kSenior},
       {"CONTACT_ALREADY_ADDED"},
       false},
      {"unknown contact changed", {}, ContactChanged{.contact_id = "c"}, {"CONTACT_UNKNOWN"}, true},
      {"unknown contact removed", {}, ContactRemoved{.contact_id = "c"}, {"CONTACT_UNKNOWN"}, true},
      {"contact removed twice",
       {ContactAdded{.contact_id = "c"}, ContactRemoved{.contact_id = "c"}},
       ContactRemoved{.contact_id = "c"},
       {"CONTACT_UNKNOWN"},
       true},
      {"contact back after removal",
       {ContactAdded{.contact_id = "c"}, ContactRemoved{.contact_id = "c"}},
       ContactAdded{.contact_id = "c"},
       {},
       false},
      {"visit held twice", {VisitHeld{.visit_id = "v"}}, VisitHeld{.visit_id = "v"}, {"VISIT_ALREADY_HELD"}, true},
      {"a first visit that is not",
       {VisitHeld{.visit_id = "v"}},
       VisitHeld{.visit_id = "w", .first = true, .review_of = "v"},
       {"VISIT_NOT_FIRST"},
       false},
      {"a later visit without review", {VisitHeld{.visit_id = "v"}}, VisitHeld{.visit_id = "w"}, {"VISIT_REVIEW_MISSING"}, false},
      {"both", {VisitHeld{.visit_id = "v"}}, VisitHeld{.visit_id = "w", .first = true}, {"VISIT_NOT_FIRST", "VISIT_REVIEW_MISSING"}, false},
      {"review of an older visit",
       {VisitHeld{.visit_id = "v"}, VisitHeld{.visit_id = "w", .review_of = "v"}},
       VisitHeld{.visit_id = "x", .review_of = "v"},
       {"VISIT_REVIEW_NOT_PREVIOUS"},
       false},
      {"review at the very first visit", {}, VisitHeld{.visit_id = "v", .review_of = "u"}, {"VISIT_REVIEW_NOT_PREVIOUS"}, false},
      {"unknown contact met",
       {},
       VisitHeld{.visit_id = "v", .customers = {{.contact_id = "c"}, {.contact_id = "d", .level = Level::kSenior}}},
       {"CONTACT_UNKNOWN"},
       false},
      {"minutes twice",
       {MinutesRecorded{.minutes_id = "m"}},
       MinutesRecorded{.minutes_id = "m", .action_items = {{.item_id = "a"}}},
       {"MINUTES_ALREADY_RECORDED"},
       true},
      {"an item twice",
       {MinutesRecorded{.minutes_id = "m", .action_items = {{.item_id = "a"}}}},
       MinutesRecorded{.minutes_id = "n", .action_items = {{.item_id = "a"}, {.item_id = "b"}}},
       {"ACTION_ITEM_ALREADY_RECORDED"},
       false},
      {"unknown item done", {}, ActionItemDone{.item_id = "a"}, {"ACTION_ITEM_UNKNOWN"}, true},
      {"done item dropped",
       {MinutesRecorded{.minutes_id = "m", .action_items = {{.item_id = "a"}}}, ActionItemDone{.item_id = "a"}},
       ActionItemDropped{.item_id = "a"},
       {"ACTION_ITEM_ALREADY_ENDED"},
       true},
      {"opportunity twice",
       {OpportunityOpened{.opportunity_id = "o"}},
       OpportunityOpened{.opportunity_id = "o"},
       {"OPPORTUNITY_ALREADY_OPENED"},
       true},
      {"opportunity in another currency",
       {MakeOrder("o", 1)},
       OpportunityOpened{.opportunity_id = "o", .expected_amount = Money{1, kUsd}},
       {"FOREIGN_CURRENCY"},
       false},
      {"unknown opportunity won", {}, OpportunityWon{.opportunity_id = "o"}, {"OPPORTUNITY_UNKNOWN"}, true},
      {"lost one moved",
       {OpportunityOpened{.opportunity_id = "o"}, OpportunityLost{.opportunity_id = "o"}},
       OpportunityStageChanged{.opportunity_id = "o"},
       {"OPPORTUNITY_CLOSED"},
       true},
      {"project twice",
       {JointProjectStarted{.project_id = "p"}},
       JointProjectStarted{.project_id = "p"},
       {"PROJECT_ALREADY_STARTED"},
       true},
      {"unknown project ended", {}, JointProjectEnded{.project_id = "p"}, {"PROJECT_UNKNOWN"}, true},
      {"project ended twice",
       {JointProjectStarted{.project_id = "p"}, JointProjectEnded{.project_id = "p"}},
       JointProjectEnded{.project_id = "p"},
       {"PROJECT_ALREADY_ENDED"},
       true},
      {"trial twice", {TrialStarted{.trial_id = "t"}}, TrialStarted{.trial_id = "t"}, {"TRIAL_ALREADY_STARTED"}, true},
      {"unknown trial ended", {}, TrialEnded{.trial_id = "t"}, {"TRIAL_UNKNOWN"}, true},
      {"trial ended twice",
       {TrialStarted{.trial_id = "t"}, TrialEnded{.trial_id = "t"}},
       TrialEnded{.trial_id = "t"},
       {"TRIAL_ALREADY_ENDED"},
       true},
      {"tender twice", {TenderAnnounced{.tender_id = "t"}}, TenderAnnounced{.tender_id = "t"}, {"TENDER_ALREADY_ANNOUNCED"}, true},
      {"bid invited after it was submitted", {BidSubmitted{.bid_id = "b"}}, BidInvited{.bid_id = "b"}, {"BID_ALREADY_INVITED"}, true},
      {"bid submitted twice", {BidSubmitted{.bid_id = "b"}}, BidSubmitted{.bid_id = "b"}, {"BID_ALREADY_SUBMITTED"}, true},
      {"bid submitted after its win",
       {BidSubmitted{.bid_id = "b"}, BidWon{.bid_id = "b"}},
       BidSubmitted{.bid_id = "b"},
       {"BID_ALREADY_SUBMITTED"},
       true},
      {"bid submitted after a loss without submission",
       {BidLost{.bid_id = "b"}},
       BidSubmitted{.bid_id = "b"},
       {"BID_ALREADY_DECIDED"},
       true},
      {"a win without submission", {BidInvited{.bid_id = "b"}}, BidWon{.bid_id = "b"}, {"BID_NOT_SUBMITTED"}, false},
      {"a loss of an unknown bid", {}, BidLost{.bid_id = "b"}, {"BID_NOT_SUBMITTED"}, false},
      {"won and lost", {BidSubmitted{.bid_id = "b"}, BidWon{.bid_id = "b"}}, BidLost{.bid_id = "b"}, {"BID_ALREADY_DECIDED"}, true},
      {"unknown bid withdrawn", {}, BidWithdrawn{.bid_id = "b"}, {"BID_UNKNOWN"}, true},
      {"invited bid withdrawn", {BidInvited{.bid_id = "b"}}, BidWithdrawn{.bid_id = "b"}, {}, false},
      {"lost bid withdrawn",
       {BidSubmitted{.bid_id = "b"}, BidLost{.bid_id = "b"}},
       BidWithdrawn{.bid_id = "b"},
       {"BID_ALREADY_DECIDED"},
       true},
      {"contract twice", {Sign("2024-01-01", "2025-01-01")}, Sign("2024-01-01", "2026-01-01"), {"CONTRACT_ALREADY_SIGNED"}, true},
      {"contract that ends before it starts", {}, Sign("2024-01-01", "2024-01-01"), {"CONTRACT_END_BEFORE_START"}, true},
      {"unknown contract amended", {}, ContractAmended{.contract_id = "k"}, {"CONTRACT_UNKNOWN"}, true},
      {"amended to end before its start",
       {Sign("2024-01-01", "2025-01-01")},
       ContractAmended{.contract_id = "k", .ends_at = At("2024-01-01"), .value = Eur(5)},
       {"CONTRACT_END_BEFORE_START"},
       true},
      {"unknown contract ended", {}, ContractEnded{.contract_id = "k"}, {"CONTRACT_UNKNOWN"}, true},
      {"ended at its end", {Sign("2024-01-01", kDay2)}, ContractEnded{.contract_id = "k"}, {"CONTRACT_ALREADY_ENDED"}, true},
      {"order twice", {MakeOrder("o", 1)}, MakeOrder("o", 2), {"ORDER_ALREADY_PLACED"}, true},
      {"order in another currency", {MakeOrder("o", 1)}, MakeOrder("p", 2, kUsd), {"FOREIGN_CURRENCY"}, false},
      {"unknown order cancelled", {}, OrderCancelled{.order_id = "o"}, {"ORDER_UNKNOWN"}, true},
      {"order cancelled twice",
       {MakeOrder("o", 1), OrderCancelled{.order_id = "o"}},
       OrderCancelled{.order_id = "o"},
       {"ORDER_ALREADY_CANCELLED"},
       true},
      {"credit note twice",
       {CreditNoteIssued{.credit_note_id = "c", .currency = kEur}},
       CreditNoteIssued{.credit_note_id = "c", .currency = kEur},
       {"CREDIT_NOTE_ALREADY_ISSUED"},
       true},
      {"credit note for an unknown order, in another currency",
       {MakeOrder("o", 1)},
       CreditNoteIssued{.credit_note_id = "c", .order_id = "p", .currency = kUsd},
       {"ORDER_UNKNOWN", "FOREIGN_CURRENCY"},
       false},
      {"invoice twice", {kInvoice}, kInvoice, {"INVOICE_ALREADY_ISSUED"}, true},
      {"unknown invoice cancelled", {}, InvoiceCancelled{.invoice_id = "i"}, {"INVOICE_UNKNOWN"}, true},
      {"invoice cancelled twice",
       {kInvoice, InvoiceCancelled{.invoice_id = "i"}},
       InvoiceCancelled{.invoice_id = "i"},
       {"INVOICE_ALREADY_CANCELLED"},
       true},
      {"unknown invoice paid", {}, Pay("p", Eur(1)), {"INVOICE_UNKNOWN"}, true},
      {"payment twice", {kInvoice, Pay("p", Eur(1))}, Pay("p", Eur(1)), {"PAYMENT_ALREADY_RECEIVED"}, true},
      {"paid in another currency", {kInvoice}, Pay("p", {1, kUsd}), {"PAYMENT_CURRENCY_DIFFERS"}, true},
      {"paid too much", {kInvoice}, Pay("p", Eur(101)), {"PAYMENT_EXCEEDS_OPEN_AMOUNT"}, false},
      {"foreign invoice paid too much",
       {MakeOrder("o", 1, kUsd), kInvoice},
       Pay("p", Eur(101)),
       {"FOREIGN_CURRENCY", "PAYMENT_EXCEEDS_OPEN_AMOUNT"},
       false},
      {"cancelled invoice paid", {kInvoice, InvoiceCancelled{.invoice_id = "i"}}, Pay("p", Eur(1)), {"PAYMENT_EXCEEDS_OPEN_AMOUNT"}, false},
      {"complaint twice", {ComplaintFiled{.complaint_id = "x"}}, ComplaintFiled{.complaint_id = "x"}, {"COMPLAINT_ALREADY_FILED"}, true},
      {"unknown complaint resolved", {}, ComplaintResolved{.complaint_id = "x"}, {"COMPLAINT_UNKNOWN"}, true},
      {"acknowledged twice",
       {ComplaintFiled{.complaint_id = "x"}, ComplaintAcknowledged{.complaint_id = "x"}},
       ComplaintAcknowledged{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"resumed, not paused",
       {ComplaintFiled{.complaint_id = "x"}},
       ComplaintResumed{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"paused twice",
       {ComplaintFiled{.complaint_id = "x"}, ComplaintPaused{.complaint_id = "x"}},
       ComplaintPaused{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"resolved twice",
       {ComplaintFiled{.complaint_id = "x"}, ComplaintResolved{.complaint_id = "x"}},
       ComplaintResolved{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"reopened while open",
       {ComplaintFiled{.complaint_id = "x"}},
       ComplaintReopened{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"closed twice",
       {ComplaintFiled{.complaint_id = "x"}, ComplaintClosed{.complaint_id = "x"}},
       ComplaintClosed{.complaint_id = "x"},
       {"COMPLAINT_STEP_UNEXPECTED"},
       true},
      {"survey sent twice", {SurveySent{.survey_id = "s"}}, SurveySent{.survey_id = "s"}, {"SURVEY_ALREADY_SENT"}, true},
      {"unknown survey answered", {}, SurveyAnswered{.survey_id = "s", .score = 1, .scale = 5}, {"SURVEY_UNKNOWN"}, true},
      {"survey answered twice",
       {SurveySent{.survey_id = "s"}, SurveyAnswered{.survey_id = "s", .score = 1, .scale = 5}},
       SurveyAnswered{.survey_id = "s", .score = 5, .scale = 5},
       {"SURVEY_ALREADY_ANSWERED"},
       true},
      {"referral requested twice",
       {ReferralRequested{.referral_id = "r"}},
       ReferralRequested{.referral_id = "r"},
       {"REFERRAL_ALREADY_REQUESTED"},
       true},
      {"referral to itself", {}, ReferralReceived{.referral_id = "r", .referred_account_id = "ACME"}, {"REFERRAL_TO_ITSELF"}, true},
      {"referral received twice",
       {ReferralReceived{.referral_id = "r", .referred_account_id = "B"}},
       ReferralReceived{.referral_id = "r", .referred_account_id = "C"},
       {"REFERRAL_ALREADY_RECEIVED"},
       true},
      {"referred twice",
       {ReferralRecorded{.referral_id = "r", .referring_account_id = "B"}},
       ReferralRecorded{.referral_id = "q", .referring_account_id = "C"},
       {"REFERRAL_ALREADY_RECORDED"},
       true},
  };
  return table;
}
// clang-format on

// What an ignored event may change: progress, the anomaly, and what the assessment after it writes.
AccountCore WithoutProgress(AccountCore core) {
  core.account_version = 0;
  core.last_event_at = {};
  core.last_position = {};
  core.swept_to = {};
  core.counts.anomalies = 0;
  core.anomalies.clear();
  core.tier = {};
  core.tier_changes.clear();
  core.first_event_at = {};
  core.first_position = {};
  return core;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(anomalies_suite)

BOOST_AUTO_TEST_CASE(each_contradiction_carries_its_anomaly_and_changes_what_it_may) {
  for (const Row& row : Table()) {
    BOOST_TEST_CONTEXT(row.situation) {
      Scene acme;
      for (const EventBody& body : row.before) acme.Happens(kDay1, body);
      const Scene before = acme;
      BOOST_TEST(acme.Anomalies(kDay2, row.event) == row.anomalies, boost::test_tools::per_element());
      BOOST_TEST(acme.core().account_version == row.before.size() + 1);
      BOOST_TEST(acme.core().counts.anomalies == before.core().counts.anomalies + row.anomalies.size());
      if (row.ignored) {
        BOOST_TEST((WithoutProgress(acme.core()) == WithoutProgress(before.core())));
        BOOST_TEST((acme.rows() == before.rows()));
      } else {
        BOOST_TEST((WithoutProgress(acme.core()) != WithoutProgress(before.core()) || acme.rows() != before.rows()));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(every_anomaly_has_a_situation) {
  std::set<std::string> shown = {"EXTERNAL_IDS_TOO_MANY", "COMPLAINT_CLOCKS_TOO_MANY"};  // below
  for (const Row& row : Table()) shown.insert(row.anomalies.begin(), row.anomalies.end());
#define GUANXI_ANOMALY_SHOWN(name, number) BOOST_TEST(shown.contains(#name), #name);
  GUANXI_ANOMALIES(GUANXI_ANOMALY_SHOWN)
#undef GUANXI_ANOMALY_SHOWN
}

BOOST_AUTO_TEST_CASE(the_257th_external_id_is_one_too_many) {
  Scene acme;
  for (int i = 0; i < 256; ++i) acme.Happens(kDay1, ExternalIdLinked{.system = "erp", .external_id = std::to_string(i)});
  BOOST_TEST(acme.Anomalies(kDay2, ExternalIdLinked{.system = "erp", .external_id = "7"}).empty());  // linked already
  BOOST_TEST(acme.Anomalies(kDay2, ExternalIdLinked{.system = "erp", .external_id = "256"}) == Names{"EXTERNAL_IDS_TOO_MANY"},
             boost::test_tools::per_element());
  BOOST_TEST(acme.core().external_ids.size() == 256u);
}

BOOST_AUTO_TEST_CASE(the_1025th_running_complaint_is_open_but_has_no_clock) {
  Scene acme;
  for (int i = 0; i < 1024; ++i) acme.Happens(kDay1, ComplaintFiled{.complaint_id = std::to_string(i)});
  BOOST_TEST(acme.Anomalies(kDay1, ComplaintFiled{.complaint_id = "x"}) == Names{"COMPLAINT_CLOCKS_TOO_MANY"},
             boost::test_tools::per_element());
  BOOST_TEST(acme.core().counts.complaints_open_other == 1025u);
  BOOST_TEST(acme.Anomalies(kDay2, ComplaintResolved{.complaint_id = "x"}).empty());
  BOOST_TEST(acme.core().counts.complaints_open_other == 1024u);
}

BOOST_AUTO_TEST_CASE(the_newest_sixteen_anomalies_are_kept_and_all_are_counted) {
  Scene acme;
  for (int i = 0; i < 20; ++i) acme.Happens(kDay1, OrderCancelled{.order_id = "o" + std::to_string(i)});
  BOOST_TEST(acme.core().counts.anomalies == 20u);
  BOOST_TEST(acme.core().anomalies.size() == 16u);
  BOOST_TEST(acme.core().anomalies.front().subject == "o4");
  BOOST_TEST(acme.core().anomalies.back().subject == "o19");
}

BOOST_AUTO_TEST_CASE(an_ignored_order_takes_neither_its_id_nor_the_currency) {
  Scene acme;
  acme.Happens(kDay1, PaymentReceived{.payment_id = "p", .invoice_id = "i", .amount = {1, kUsd}});  // no such invoice
  BOOST_TEST(acme.core().currency.empty());
  acme.Happens(kDay2, kInvoice);
  BOOST_TEST(acme.Anomalies(kDay3, Pay("p", Eur(1))).empty());  // the id was not taken
}

BOOST_AUTO_TEST_SUITE_END()
