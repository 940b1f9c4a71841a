#include "unit/relations/random_history.h"

namespace guanxi::relations {

std::vector<Event> RandomHistory::Make(size_t events) {
  std::vector<Event> history;
  Timestamp now = *ParseTimestamp("2021-06-01T00:00:00Z");
  // Some accounts are busy, some are silent for months.
  const int64_t pace_hours = 1 + Below(40) * (OneIn(4) ? 40 : 2);
  for (size_t i = 0; i < events; ++i) {
    if (!OneIn(8)) now.micros += Below(pace_hours * 60) * 60 * kMicrosPerSecond;
    if (OneIn(20)) now = BusinessCalendar().EndOf(BusinessCalendar().MonthOf(now));
    EventBody body = Body(now);
    history.push_back({TypeOf(body), Position{i + 1}, now, std::move(body)});
  }
  return history;
}

EventBody RandomHistory::Body(Timestamp now) {
  switch (Below(8)) {
    case 0:
      return Social(now);
    case 1:
      return Pursuit(now);
    case 2:
    case 3:
    case 4:
      return Trade(now);
    case 5:
    case 6:
      return Service();
    default:
      return OneIn(2) ? EventBody{AVisit()} : Rest(now);
  }
}

VisitHeld RandomHistory::AVisit() {
  VisitHeld visit{.visit_id = Id("v", 40),
                  .kind = Any<VisitKind>(2),
                  .first = OneIn(8),
                  .review_of = OneIn(3) ? "" : Id("v", 40),
                  .actual_minutes = 60};
  for (int64_t n = Below(4); n > 0; --n)
    visit.customers.push_back(
        {.contact_id = OneIn(4) ? "" : Id("c", 6), .level = Any<Level>(4), .department = Name("dept"), .role = Any<CommitteeRole>(4)});
  for (int64_t n = Below(3); n > 0; --n) visit.ours.push_back({.employee = Id("e", 3), .level = Any<Level>(4)});
  return visit;
}

EventBody RandomHistory::Social(Timestamp now) {
  switch (Below(8)) {
    case 0:
    case 1:
      return ContactAdded{.contact_id = Id("c", 6),
                          .sealed_personal = Name("sealed"),
                          .department = Name("dept"),
                          .level = Any<Level>(4),
                          .role = Any<CommitteeRole>(4),
                          .stance = Any<Stance>(4)};
    case 2:
      return ContactChanged{.contact_id = Id("c", 6), .sealed_personal = Name("sealed"), .level = Any<Level>(4), .stance = Any<Stance>(4)};
    case 3:
      return ContactRemoved{.contact_id = Id("c", 6)};
    case 4: {
      MinutesRecorded minutes{.minutes_id = Id("m", 30), .visit_id = Id("v", 40)};
      for (int64_t n = Below(3); n > 0; --n) {
        ActionItem item{.item_id = Id("a", 20), .owner = Id("e", 3)};
        if (!OneIn(4)) item.due_at = Near(now, 60);
        minutes.action_items.push_back(item);
      }
      return minutes;
    }
    case 5:
      return ActionItemDone{.item_id = Id("a", 20)};
    case 6:
      return ActionItemDropped{.item_id = Id("a", 20)};
    default:
      return AVisit();
  }
}

EventBody RandomHistory::Pursuit(Timestamp now) {
  const std::string opportunity = Id("o", 8), bid = Id("b", 8);
  switch (Below(16)) {
    case 0:
    case 1:
      return OpportunityOpened{.opportunity_id = opportunity,
                               .kind = Any<OpportunityKind>(2),
                               .expected_amount = Amount(),
                               .stage = Any<ProcurementStage>(7),
                               .expected_close_at = Near(now, 200)};
    case 2:
      return OpportunityStageChanged{.opportunity_id = opportunity, .stage = Any<ProcurementStage>(7)};
    case 3:
      return OpportunityWon{.opportunity_id = opportunity, .amount = Amount()};
    case 4:
      return OpportunityLost{.opportunity_id = opportunity, .competitor = "rival"};
    case 5:
      return OpportunityAbandoned{.opportunity_id = opportunity};
    case 6:
    case 7:
      return JointProjectStarted{.project_id = Id("p", 12)};
    case 8:
      return JointProjectEnded{.project_id = Id("p", 12)};
    case 9:
      return TrialStarted{.trial_id = Id("t", 12)};
    case 10:
      return TrialEnded{.trial_id = Id("t", 12)};
    case 11:
      return TenderAnnounced{.tender_id = Id("td", 6), .closes_at = Near(now, 60)};
    case 12:
      return BidInvited{.bid_id = bid};
    case 13:
      return BidSubmitted{.bid_id = bid, .amount = Amount()};
    case 14:
      return OneIn(2) ? EventBody{BidWon{.bid_id = bid, .amount = Amount()}} : EventBody{BidLost{.bid_id = bid}};
    default:
      return BidWithdrawn{.bid_id = bid};
  }
}

std::vector<OrderLine> RandomHistory::Lines() {
  std::vector<OrderLine> lines;
  for (int64_t n = 1 + Below(3); n > 0; --n) {
    OrderLine line{.product = "p",
                   .business_line = Name("line"),
                   .quantity_micros = (1 + Below(50)) * 1'000'000,
                   .unit_price_micros = Below(40'000) * 100'000};
    if (OneIn(2)) line.unit_cost_micros = Below(30'000) * 100'000;
    lines.push_back(line);
  }
  return lines;
}

EventBody RandomHistory::Trade(Timestamp now) {
  switch (Below(12)) {
    case 0: {
      ContractSigned contract{.contract_id = Id("k", 10), .value = Amount()};
      contract.starts_at = Timestamp{now.micros + (Below(200) - 60) * kMicrosPerDay};
      contract.ends_at = Timestamp{contract.starts_at.micros + (1 + Below(700)) * kMicrosPerDay};
      for (int64_t n = Below(3); n > 0; --n) contract.business_lines.push_back(Id("line", 6));
      return contract;
    }
    case 1: {
      ContractAmended amended{.contract_id = Id("k", 10)};
      if (!OneIn(3)) amended.ends_at = Timestamp{now.micros + (Below(500) - 100) * kMicrosPerDay};
      if (OneIn(2)) amended.value = Amount();
      return amended;
    }
    case 2:
      return ContractEnded{.contract_id = Id("k", 10)};
    case 3:
      return OrderCancelled{.order_id = Id("or", 60)};
    case 4:
      return CreditNoteIssued{
          .credit_note_id = Id("cn", 30), .order_id = OneIn(3) ? "" : Id("or", 60), .currency = Currency(), .lines = Lines()};
    case 5:
    case 6:
      return InvoiceIssued{.invoice_id = Id("i", 60), .amount = Amount(), .due_at = Near(now, 90)};
    case 7:
      return InvoiceCancelled{.invoice_id = Id("i", 60)};
    case 8:
      return PaymentReceived{.payment_id = Id("pay", 90), .invoice_id = Id("i", 60), .amount = Amount()};
    default:
      return OrderPlaced{.order_id = Id("or", 60),
                         .currency = Currency(),
                         .lines = Lines(),
                         .procurement = Any<Procurement>(4),
                         .project_id = OneIn(4) ? Id("p", 12) : ""};
  }
}

EventBody RandomHistory::Service() {
  const std::string complaint = Id("x", 12), survey = Id("s", 20);
  switch (Below(12)) {
    case 0:
    case 1:
      return ComplaintFiled{.complaint_id = complaint, .category = Name("category"), .severity = Any<Severity>(2), .level = Any<Level>(4)};
    case 2:
      return ComplaintAcknowledged{.complaint_id = complaint};
    case 3:
      return ComplaintPaused{.complaint_id = complaint};
    case 4:
      return ComplaintResumed{.complaint_id = complaint};
    case 5:
    case 6:
      return ComplaintResolved{.complaint_id = complaint};
    case 7:
      return ComplaintReopened{.complaint_id = complaint};
    case 8:
      return ComplaintClosed{.complaint_id = complaint};
    case 9:
      return SurveySent{.survey_id = survey};
    default: {
      static constexpr int32_t kScales[] = {1, 5, 7, 10, 20, 100};
      const int32_t scale = kScales[Below(6)];
      return SurveyAnswered{.survey_id = survey, .score = static_cast<int32_t>(Below(scale + 1)), .scale = scale};
    }
  }
}

EventBody RandomHistory::Rest(Timestamp now) {
  switch (Below(16)) {
    case 0:
      return AccountOpened{.name = "ACME", .industry = "manufacturing", .currency = OneIn(2) ? CurrencyCode() : Currency()};
    case 1:
      return AccountChanged{.name = "ACME II"};
    case 2:
      return ExternalIdLinked{.system = "erp", .external_id = Id("x", 3)};
    case 3:
      return ExternalIdUnlinked{.system = "erp", .external_id = Id("x", 3)};
    case 4:
      return GroupJoined{.group_account_id = Id("g", 2)};
    case 5:
      return GroupLeft{.group_account_id = Id("g", 2)};
    case 6:
      return OwnerAssigned{.owner = Id("e", 3)};
    case 7:
      return KeyAccountDesignated{.reason = "size"};
    case 8:
      return KeyAccountUndesignated{};
    case 9:
      return ReferralRequested{.referral_id = Id("r", 8)};
    case 10:
      return ReferralReceived{
          .referral_id = Id("r", 8), .referred_account_id = OneIn(3) ? "ACME" : "OTHER", .referral_class = Any<ReferralClass>(2)};
    case 11:
      return ReferralRecorded{.referral_id = Id("r", 8), .referring_account_id = "OTHER"};
    case 12:
      return TierDeclared{.tier = Tier::kPartner, .target_tier = Tier::kStrategic, .target_by = Near(now, 300)};
    case 13:
      return TierOverridden{
          .tier = Tier::kStrategic, .reason = "board", .expires_at = Timestamp{now.micros + 1 + Below(90) * kMicrosPerDay}};
    case 14:
      return TierOverrideWithdrawn{};
    default:
      return UnknownEvent{"guanxi.event.v1.SomethingNew"};
  }
}

}  // namespace guanxi::relations
