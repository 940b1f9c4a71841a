#include "support/reference/facts.h"

#include "support/reference/applier.h"

namespace guanxi::reference {
namespace {

template <class... Messages>
void Dispatch(Applier& applier, const Event& event) {
  const auto offer = [&](const auto* message) {
    if (message != nullptr) applier.On(*message);
  };
  (offer(As<Messages>(event)), ...);
}

}  // namespace

int64_t Invoice::Open() const {
  if (written_off) return 0;
  int64_t open = amount;
  for (const Payment& payment : payments) open -= payment.amount;
  return open;
}

void Apply(Facts& facts, const Event& event, const std::string& account_id, const Policy& policy) {
  using namespace v1;  // NOLINT: the list below is the catalogue
  ++facts.version;
  Applier applier(facts, event, account_id, policy);
  Dispatch<AccountOpened, AccountChanged, ExternalIdLinked, ExternalIdUnlinked, GroupJoined, GroupLeft, OwnerAssigned, KeyAccountDesignated,
           KeyAccountUndesignated, ContactAdded, ContactChanged, ContactRemoved, VisitHeld, MinutesRecorded, ActionItemDone,
           ActionItemDropped>(applier, event);
  Dispatch<OpportunityOpened, OpportunityStageChanged, OpportunityWon, OpportunityLost, OpportunityAbandoned, JointProjectStarted,
           JointProjectEnded, TrialStarted, TrialEnded, TenderAnnounced, BidInvited, BidSubmitted, BidWon, BidLost, BidWithdrawn>(applier,
                                                                                                                                  event);
  Dispatch<ContractSigned, ContractAmended, ContractEnded, OrderPlaced, OrderCancelled, CreditNoteIssued, InvoiceIssued, InvoiceCancelled,
           PaymentReceived>(applier, event);
  Dispatch<ComplaintFiled, ComplaintAcknowledged, ComplaintPaused, ComplaintResumed, ComplaintResolved, ComplaintReopened, ComplaintClosed,
           SurveySent, SurveyAnswered, ReferralRequested, ReferralReceived, ReferralRecorded, TierDeclared, TierOverridden,
           TierOverrideWithdrawn>(applier, event);
}

bool IsBusinessEvent(const Event& event) {
  const bool operator_record = As<v1::TierDeclared>(event) || As<v1::TierOverridden>(event) || As<v1::TierOverrideWithdrawn>(event);
  return event.body != nullptr && !operator_record;
}

}  // namespace guanxi::reference
