// Internal to codec: one function per event message, from its decoded form to
// the domain's value. Violations go into `check`; then the value is not used.
#pragma once

#include "codec/field_check.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/control.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "relations/events.h"

namespace guanxi::codec {

// Every event message, in the order of relations::kEventTypes without its first row (X(name)).
// clang-format off
#define GUANXI_EVENT_MESSAGES(X)                                                                                                      \
  X(AccountOpened) X(AccountChanged) X(ExternalIdLinked) X(ExternalIdUnlinked) X(GroupJoined) X(GroupLeft) X(OwnerAssigned)           \
  X(KeyAccountDesignated) X(KeyAccountUndesignated) X(ContactAdded) X(ContactChanged) X(ContactRemoved) X(VisitHeld)                  \
  X(MinutesRecorded) X(ActionItemDone) X(ActionItemDropped) X(OpportunityOpened) X(OpportunityStageChanged) X(OpportunityWon)         \
  X(OpportunityLost) X(OpportunityAbandoned) X(JointProjectStarted) X(JointProjectEnded) X(TrialStarted) X(TrialEnded)                \
  X(TenderAnnounced) X(BidInvited) X(BidSubmitted) X(BidWon) X(BidLost) X(BidWithdrawn) X(ContractSigned) X(ContractAmended)          \
  X(ContractEnded) X(OrderPlaced) X(OrderCancelled) X(CreditNoteIssued) X(InvoiceIssued) X(InvoiceCancelled) X(PaymentReceived)       \
  X(ComplaintFiled) X(ComplaintAcknowledged) X(ComplaintPaused) X(ComplaintResumed) X(ComplaintResolved) X(ComplaintReopened)         \
  X(ComplaintClosed) X(SurveySent) X(SurveyAnswered) X(ReferralRequested) X(ReferralReceived) X(ReferralRecorded) X(TierDeclared)     \
  X(TierOverridden) X(TierOverrideWithdrawn) X(ClockAdvanced) X(PolicyAdopted) X(ParkedRepaired) X(ParkedDismissed)      \
  X(AdmissionRaised)
// clang-format on

#define GUANXI_DECLARE_FROM_PROTO(name) relations::name FromProto(const event::v1::name& message, FieldCheck& check);
GUANXI_EVENT_MESSAGES(GUANXI_DECLARE_FROM_PROTO)
#undef GUANXI_DECLARE_FROM_PROTO

}  // namespace guanxi::codec
