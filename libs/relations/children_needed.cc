#include <algorithm>
#include <set>

#include "relations/applier.h"

namespace guanxi::relations {
namespace {

class Needed {
 public:
  Needed(Timestamp t, BusinessCalendar calendar) : t_(t), calendar_(calendar) {}

  void operator()(const ContactAdded& e) { Add(ChildKind::kContact, e.contact_id); }
  void operator()(const ContactChanged& e) { Add(ChildKind::kContact, e.contact_id); }
  void operator()(const ContactRemoved& e) { Add(ChildKind::kContact, e.contact_id); }
  void operator()(const VisitHeld& e) {
    Add(ChildKind::kVisit, e.visit_id);
    for (const CustomerParticipant& customer : e.customers) Add(ChildKind::kContact, customer.contact_id);
  }
  void operator()(const MinutesRecorded& e) {
    Add(ChildKind::kMinutes, e.minutes_id);
    for (const ActionItem& item : e.action_items) Add(ChildKind::kActionItem, item.item_id);
  }
  void operator()(const ActionItemDone& e) { Add(ChildKind::kActionItem, e.item_id); }
  void operator()(const ActionItemDropped& e) { Add(ChildKind::kActionItem, e.item_id); }
  void operator()(const OpportunityOpened& e) { Add(ChildKind::kOpportunity, e.opportunity_id); }
  void operator()(const OpportunityStageChanged& e) { Add(ChildKind::kOpportunity, e.opportunity_id); }
  void operator()(const OpportunityWon& e) { Add(ChildKind::kOpportunity, e.opportunity_id); }
  void operator()(const OpportunityLost& e) { Add(ChildKind::kOpportunity, e.opportunity_id); }
  void operator()(const OpportunityAbandoned& e) { Add(ChildKind::kOpportunity, e.opportunity_id); }
  void operator()(const JointProjectStarted& e) { Add(ChildKind::kProject, e.project_id); }
  void operator()(const JointProjectEnded& e) { Add(ChildKind::kProject, e.project_id); }
  void operator()(const TrialStarted& e) { Add(ChildKind::kTrial, e.trial_id); }
  void operator()(const TrialEnded& e) { Add(ChildKind::kTrial, e.trial_id); }
  void operator()(const TenderAnnounced& e) { Add(ChildKind::kTender, e.tender_id); }
  void operator()(const BidInvited& e) { Add(ChildKind::kBid, e.bid_id); }
  void operator()(const BidSubmitted& e) { Add(ChildKind::kBid, e.bid_id); }
  void operator()(const BidWon& e) { Add(ChildKind::kBid, e.bid_id); }
  void operator()(const BidLost& e) { Add(ChildKind::kBid, e.bid_id); }
  void operator()(const BidWithdrawn& e) { Add(ChildKind::kBid, e.bid_id); }
  void operator()(const ContractSigned& e) { Add(ChildKind::kContract, e.contract_id); }
  void operator()(const ContractAmended& e) { Add(ChildKind::kContract, e.contract_id); }
  void operator()(const ContractEnded& e) { Add(ChildKind::kContract, e.contract_id); }
  void operator()(const OrderPlaced& e) { Add(ChildKind::kOrder, e.order_id), AddMonth(); }
  void operator()(const OrderCancelled& e) { Add(ChildKind::kOrder, e.order_id), AddMonth(); }
  void operator()(const CreditNoteIssued& e) {
    Add(ChildKind::kCreditNote, e.credit_note_id);
    Add(ChildKind::kOrder, e.order_id);
    AddMonth();
  }
  void operator()(const InvoiceIssued& e) { Add(ChildKind::kInvoice, e.invoice_id); }
  void operator()(const InvoiceCancelled& e) { Add(ChildKind::kInvoice, e.invoice_id); }
  void operator()(const PaymentReceived& e) { Add(ChildKind::kPayment, e.payment_id), Add(ChildKind::kInvoice, e.invoice_id); }
  void operator()(const ComplaintFiled& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintAcknowledged& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintPaused& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintResumed& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintResolved& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintReopened& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const ComplaintClosed& e) { Add(ChildKind::kComplaint, e.complaint_id); }
  void operator()(const SurveySent& e) { Add(ChildKind::kSurvey, e.survey_id); }
  void operator()(const SurveyAnswered& e) { Add(ChildKind::kSurvey, e.survey_id); }
  void operator()(const ReferralRequested& e) { Add(ChildKind::kReferral, e.referral_id); }
  void operator()(const ReferralReceived& e) { Add(ChildKind::kReferral, e.referral_id); }
  // All others live in the core alone.
  template <class Other>
  void operator()(const Other&) {}

  std::vector<ChildKey> Take() { return std::move(keys_); }

 private:
  void Add(ChildKind kind, const std::string& id) {
    if (id.empty()) return;
    ChildKey key{kind, id};
    if (!IsNew(key)) return;
    keys_.push_back(std::move(key));
  }

  // Most events need one to three; minutes may name 60,000 action items.
  bool IsNew(const ChildKey& key) {
    if (keys_.size() < kSearchedMax) return std::find(keys_.begin(), keys_.end(), key) == keys_.end();
    if (seen_.empty()) seen_.insert(keys_.begin(), keys_.end());
    return seen_.insert(key).second;
  }

  void AddMonth() { keys_.push_back({ChildKind::kMonth, MonthId(calendar_.MonthOf(t_))}); }

  Timestamp t_;
  BusinessCalendar calendar_;
  static constexpr size_t kSearchedMax = 16;
  std::vector<ChildKey> keys_;
  std::set<ChildKey> seen_;  // from kSearchedMax keys on
};

}  // namespace

std::vector<ChildKey> ChildrenNeeded(const AccountCore&, const Event& event, const BusinessCalendar& calendar) {
  Needed needed(event.occurred_at, calendar);
  std::visit(needed, event.body);
  return needed.Take();
}

}  // namespace guanxi::relations
