// Applies one event to a core and its children: one Apply per event type, spread
// over apply_*.cc by family. Internal to relations.
#pragma once

#include <algorithm>
#include <string_view>

#include "relations/advance.h"
#include "relations/fold.h"

namespace guanxi::relations {

class Applier {
 public:
  // month: that of the event.
  Applier(AccountCore& core, ChildSet& children, const Event& event, Month month, const FoldContext& context, Transition& transition)
      : core_(core), children_(children), event_(event), context_(context), transition_(transition), month_(month) {}

  void Apply(const UnknownEvent&) { ++core_.counts.unknown_events; }
  void Apply(const AccountOpened& e);
  void Apply(const AccountChanged& e);
  void Apply(const ExternalIdLinked& e);
  void Apply(const ExternalIdUnlinked& e);
  void Apply(const GroupJoined& e);
  void Apply(const GroupLeft& e);
  void Apply(const OwnerAssigned& e);
  void Apply(const KeyAccountDesignated& e);
  void Apply(const KeyAccountUndesignated& e);
  void Apply(const ContactAdded& e);
  void Apply(const ContactChanged& e);
  void Apply(const ContactRemoved& e);
  void Apply(const VisitHeld& e);
  void Apply(const MinutesRecorded& e);
  void Apply(const ActionItemDone& e);
  void Apply(const ActionItemDropped& e);
  void Apply(const OpportunityOpened& e);
  void Apply(const OpportunityStageChanged& e);
  void Apply(const OpportunityWon& e);
  void Apply(const OpportunityLost& e);
  void Apply(const OpportunityAbandoned& e);
  void Apply(const JointProjectStarted& e);
  void Apply(const JointProjectEnded& e);
  void Apply(const TrialStarted& e);
  void Apply(const TrialEnded& e);
  void Apply(const TenderAnnounced& e);
  void Apply(const BidInvited& e);
  void Apply(const BidSubmitted& e);
  void Apply(const BidWon& e);
  void Apply(const BidLost& e);
  void Apply(const BidWithdrawn& e);
  void Apply(const ContractSigned& e);
  void Apply(const ContractAmended& e);
  void Apply(const ContractEnded& e);
  void Apply(const OrderPlaced& e);
  void Apply(const OrderCancelled& e);
  void Apply(const CreditNoteIssued& e);
  void Apply(const InvoiceIssued& e);
  void Apply(const InvoiceCancelled& e);
  void Apply(const PaymentReceived& e);
  void Apply(const ComplaintFiled& e);
  void Apply(const ComplaintAcknowledged& e);
  void Apply(const ComplaintPaused& e);
  void Apply(const ComplaintResumed& e);
  void Apply(const ComplaintResolved& e);
  void Apply(const ComplaintReopened& e);
  void Apply(const ComplaintClosed& e);
  void Apply(const SurveySent& e);
  void Apply(const SurveyAnswered& e);
  void Apply(const ReferralRequested& e);
  void Apply(const ReferralReceived& e);
  void Apply(const ReferralRecorded& e);
  void Apply(const TierDeclared& e);
  void Apply(const TierOverridden& e);
  void Apply(const TierOverrideWithdrawn& e);
  // Control records belong to a partition.
  void Apply(const ClockAdvanced&) {}
  void Apply(const PolicyAdopted&) {}
  void Apply(const ParkedRepaired&) {}
  void Apply(const ParkedDismissed&) {}
  void Apply(const AdmissionRaised&) {}

 private:
  Timestamp now() const { return event_.occurred_at; }
  Position position() const { return event_.position; }
  BusinessCalendar calendar() const { return context_.calendar; }
  // The first month of W12, and the event's own.
  Month first_month() const { return FirstOfWindow(month_); }
  MonthBucket& bucket() { return BucketOf(core_, month_); }
  void Evidence(EvidenceClass c) { AddEvidence(bucket(), c, position()); }

  // The event carries the anomaly, about the id.
  void Report(AnomalyKind kind, std::string_view subject);
  // Reports and returns false when the child of that id exists.
  template <class T>
  bool IsNew(std::string_view id, AnomalyKind already) {
    if (!children_.Find<T>(id)) return true;
    Report(already, id);
    return false;
  }
  // The child to change; reports when there is none.
  template <class T>
  T* Existing(std::string_view id, AnomalyKind unknown) {
    T* child = children_.Edit<T>(id);
    if (!child) Report(unknown, id);
    return child;
  }

  // Sets the account currency when none is known yet; false and FOREIGN_CURRENCY for another one.
  bool IsHomeCurrency(CurrencyCode currency, std::string_view subject);
  CurrencyTotal& TotalOf(CurrencyCode currency);
  MonthOfCurrency& MonthRowOf(CurrencyCode currency);
  void AddTrade(CurrencyCode currency, bool home, const TradeSums& sums);
  void FirstTrade();

  Contact* PresentContact(std::string_view id, AnomalyKind unknown);
  void SetStance(Contact& contact, bool present, Stance stance);
  void MeetCustomer(const CustomerParticipant& customer, Visit& visit, bool& decision_maker);
  void AddActionItem(const ActionItem& item, std::string_view minutes_id);
  void EndActionItem(std::string_view id, ActionItemState state);

  Opportunity* OpenOpportunity(std::string_view id);
  void CloseOpportunity(Opportunity& opportunity, OpportunityState state);
  void DecideBid(std::string_view id, BidState state, std::optional<Money> amount, std::string_view competitor);

  void UpsertSpan(std::string_view id, const Contract& contract);
  void AddOpen(Day day, int128 micros);  // negative: less is owed
  DueMonth* DueMonthOf(Timestamp due_at);

  Complaint* ComplaintIn(std::string_view id, std::initializer_list<ComplaintState> states);
  void StartEpisode(Complaint& complaint);
  SlaClock* ClockOf(const Complaint& complaint);
  void CountHit(std::optional<Timestamp>& due);
  void EndPause(Complaint& complaint);
  void Resolve(Complaint& complaint);
  void CountOpen(const Complaint& complaint, int change);
  void RememberEnd(std::string_view category);

  AccountCore& core_;
  ChildSet& children_;
  const Event& event_;
  const FoldContext& context_;
  Transition& transition_;
  const Month month_;
};

// Sums of order or credit note lines.
TradeSums SumLines(const std::vector<OrderLine>& lines, bool project);
// "2024-03": the id of the month's child.
std::string MonthId(Month month);

}  // namespace guanxi::relations
