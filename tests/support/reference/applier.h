// How one event changes the facts: a method per event type, grouped in the
// sources by the proto file the type comes from. Internal to the reference.
#pragma once

#include <string>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "support/reference/facts.h"

namespace guanxi::reference {

class Applier {
 public:
  Applier(Facts& facts, const Event& event, const std::string& account_id, const Policy& policy)
      : f(facts), event_(event), at(event.occurred_at), account_id_(account_id), policy_(policy) {}

  void On(const v1::AccountOpened&);
  void On(const v1::AccountChanged&);
  void On(const v1::ExternalIdLinked&);
  void On(const v1::ExternalIdUnlinked&);
  void On(const v1::GroupJoined&);
  void On(const v1::GroupLeft&);
  void On(const v1::OwnerAssigned&);
  void On(const v1::KeyAccountDesignated&);
  void On(const v1::KeyAccountUndesignated&);

  void On(const v1::ContactAdded&);
  void On(const v1::ContactChanged&);
  void On(const v1::ContactRemoved&);

  void On(const v1::VisitHeld&);
  void On(const v1::MinutesRecorded&);
  void On(const v1::ActionItemDone&);
  void On(const v1::ActionItemDropped&);

  void On(const v1::OpportunityOpened&);
  void On(const v1::OpportunityStageChanged&);
  void On(const v1::OpportunityWon&);
  void On(const v1::OpportunityLost&);
  void On(const v1::OpportunityAbandoned&);
  void On(const v1::JointProjectStarted&);
  void On(const v1::JointProjectEnded&);
  void On(const v1::TrialStarted&);
  void On(const v1::TrialEnded&);
  void On(const v1::TenderAnnounced&);
  void On(const v1::BidInvited&);
  void On(const v1::BidSubmitted&);
  void On(const v1::BidWon&);
  void On(const v1::BidLost&);
  void On(const v1::BidWithdrawn&);

  void On(const v1::ContractSigned&);
  void On(const v1::ContractAmended&);
  void On(const v1::ContractEnded&);
  void On(const v1::OrderPlaced&);
  void On(const v1::OrderCancelled&);
  void On(const v1::CreditNoteIssued&);
  void On(const v1::InvoiceIssued&);
  void On(const v1::InvoiceCancelled&);
  void On(const v1::PaymentReceived&);

  void On(const v1::ComplaintFiled&);
  void On(const v1::ComplaintAcknowledged&);
  void On(const v1::ComplaintPaused&);
  void On(const v1::ComplaintResumed&);
  void On(const v1::ComplaintResolved&);
  void On(const v1::ComplaintReopened&);
  void On(const v1::ComplaintClosed&);
  void On(const v1::SurveySent&);
  void On(const v1::SurveyAnswered&);

  void On(const v1::ReferralRequested&);
  void On(const v1::ReferralReceived&);
  void On(const v1::ReferralRecorded&);
  void On(const v1::TierDeclared&);
  void On(const v1::TierOverridden&);
  void On(const v1::TierOverrideWithdrawn&);

 private:
  void Anomaly(const std::string& kind) { f.anomalies[event_.id].push_back(kind); }
  // The first amount's currency becomes the account's; later ones are compared with it.
  void NoteCurrency(const std::string& code);
  void NoteAmount(bool present, const v1::Money& amount);
  Contact* PresentContact(const std::string& id);
  Met Resolve(const v1::CustomerParticipant& participant);
  void EndActionItem(const std::string& id);
  Opportunity* OpenOpportunity(const std::string& id);
  void EndStart(std::map<std::string, Start>& starts, const std::string& id, const std::string& what);
  void DecideBid(const std::string& id, BidStatus status);
  void TakeStep(const std::string& id, Step step);
  bool IsRecurrence(const std::string& category) const;
  ComplaintStep StartEpisode(Step step, bool critical) const;

  Facts& f;
  const Event& event_;
  const Timestamp at;
  const std::string& account_id_;
  const Policy& policy_;
};

}  // namespace guanxi::reference
