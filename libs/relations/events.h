// What happened, as plain values: the messages of guanxi.event.v1 without their
// encoding. Events arrive here decoded and validated: required fields are
// there, amounts and times in range; what the fields mean is said in the protos.
// A std::optional is a field that the event may leave unsaid.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "relations/event_type.h"
#include "relations/money.h"
#include "relations/values.h"

namespace guanxi::relations {

// A type this binary does not know. Kept and counted, not folded.
struct UnknownEvent {
  // As the record says it: "guanxi.event.v1.SomethingNew".
  std::string type_name;
  friend bool operator==(const UnknownEvent&, const UnknownEvent&) = default;
};

// The account exists. Any other event of an unknown account opens it too, with
// nothing but its id known.
struct AccountOpened {
  std::string name;
  AccountType account_type = AccountType::kUnspecified;
  // Free text as the source has it, lower case: "manufacturing", "retail".
  std::string industry;
  Ownership ownership = Ownership::kUnspecified;
  std::string region;
  // Empty: the currency of the account's first amount.
  CurrencyCode currency;
  friend bool operator==(const AccountOpened&, const AccountOpened&) = default;
};

// Some of what AccountOpened said is different from now on. Fields that are
// not set stay as they are.
struct AccountChanged {
  std::optional<std::string> name;
  std::optional<AccountType> account_type;
  std::optional<std::string> industry;
  std::optional<Ownership> ownership;
  std::optional<std::string> region;
  friend bool operator==(const AccountChanged&, const AccountChanged&) = default;
};

// Another system knows the account by this id. The newest link of a
// (system, external_id) wins.
struct ExternalIdLinked {
  // "erp", "crm"; 1-64 bytes.
  std::string system;
  // 1-128 bytes.
  std::string external_id;
  friend bool operator==(const ExternalIdLinked&, const ExternalIdLinked&) = default;
};

struct ExternalIdUnlinked {
  std::string system;
  std::string external_id;
  friend bool operator==(const ExternalIdUnlinked&, const ExternalIdUnlinked&) = default;
};

// The account belongs to a group account. One group at a time: the newest wins.
struct GroupJoined {
  std::string group_account_id;
  friend bool operator==(const GroupJoined&, const GroupJoined&) = default;
};

struct GroupLeft {
  std::string group_account_id;
  friend bool operator==(const GroupLeft&, const GroupLeft&) = default;
};

// An employee of ours answers for the account from now on.
struct OwnerAssigned {
  // Our employee's id.
  std::string owner;
  // The owner's manager and regional office, where known.
  std::string manager;
  std::string region;
  friend bool operator==(const OwnerAssigned&, const OwnerAssigned&) = default;
};

// The firm treats the account as a key account from now on.
struct KeyAccountDesignated {
  std::string reason;
  friend bool operator==(const KeyAccountDesignated&, const KeyAccountDesignated&) = default;
};

struct KeyAccountUndesignated {
  std::string reason;
  friend bool operator==(const KeyAccountUndesignated&, const KeyAccountUndesignated&) = default;
};

// A person at the customer.
struct ContactAdded {
  // Unique within the account; declared non-personal. 1-128 bytes.
  std::string contact_id;
  // The personal fields, sealed before the event reached the log; empty when there are none. Opaque here.
  std::string sealed_personal;
  // "purchasing", "production": compared bytewise.
  std::string department;
  Level level = Level::kUnspecified;
  CommitteeRole role = CommitteeRole::kUnspecified;
  Stance stance = Stance::kUnspecified;
  friend bool operator==(const ContactAdded&, const ContactAdded&) = default;
};

// Some of what is known of the contact is different from now on. Fields that
// are not set stay as they are; `facts` are added to those known.
struct ContactChanged {
  std::string contact_id;
  // The personal fields, sealed before the event reached the log; empty when there are none. Opaque here.
  std::string sealed_personal;
  std::optional<std::string> department;
  std::optional<Level> level;
  std::optional<CommitteeRole> role;
  std::optional<Stance> stance;
  friend bool operator==(const ContactChanged&, const ContactChanged&) = default;
};

// The person left the customer or the role. Past visits keep what they counted.
struct ContactRemoved {
  std::string contact_id;
  std::string reason;
  friend bool operator==(const ContactRemoved&, const ContactRemoved&) = default;
};

// A person of the customer who took part. Level, department and role are the
// contact's at the time of the visit, unless stated here.
struct CustomerParticipant {
  // May be empty when the person is not a recorded contact.
  std::string contact_id;
  Level level = Level::kUnspecified;
  std::string department;
  CommitteeRole role = CommitteeRole::kUnspecified;
  friend bool operator==(const CustomerParticipant&, const CustomerParticipant&) = default;
};

// A person of ours who took part.
struct OurParticipant {
  std::string employee;
  Level level = Level::kUnspecified;
  friend bool operator==(const OurParticipant&, const OurParticipant&) = default;
};

// People of both sides met.
struct VisitHeld {
  // Unique within the account. 1-128 bytes.
  std::string visit_id;
  VisitKind kind = VisitKind::kUnspecified;
  std::vector<CustomerParticipant> customers;
  std::vector<OurParticipant> ours;
  // The account's first visit. Every later one reviews the previous one.
  bool first = false;
  // The visit whose result this one reviewed: the chain is a list.
  std::string review_of;
  std::string purpose;
  int32_t planned_minutes = 0;
  int32_t actual_minutes = 0;
  friend bool operator==(const VisitHeld&, const VisitHeld&) = default;
};

struct ActionItem {
  // Unique within the account. 1-128 bytes.
  std::string item_id;
  std::string text;
  // Our employee's id.
  std::string owner;
  std::optional<Timestamp> due_at;
  friend bool operator==(const ActionItem&, const ActionItem&) = default;
};

// What was agreed, with who does what by when.
struct MinutesRecorded {
  std::string minutes_id;
  std::string visit_id;
  std::vector<ActionItem> action_items;
  friend bool operator==(const MinutesRecorded&, const MinutesRecorded&) = default;
};

struct ActionItemDone {
  std::string item_id;
  friend bool operator==(const ActionItemDone&, const ActionItemDone&) = default;
};

struct ActionItemDropped {
  std::string item_id;
  std::string reason;
  friend bool operator==(const ActionItemDropped&, const ActionItemDropped&) = default;
};

struct OpportunityOpened {
  // Unique within the account. 1-128 bytes.
  std::string opportunity_id;
  OpportunityKind kind = OpportunityKind::kUnspecified;
  std::string name;
  std::string business_line;
  std::optional<Money> expected_amount;
  Initiation initiation = Initiation::kUnspecified;
  // Unspecified counts as RESEARCH.
  ProcurementStage stage = ProcurementStage::kUnspecified;
  std::optional<Timestamp> expected_close_at;
  // Our employee's id.
  std::string owner;
  friend bool operator==(const OpportunityOpened&, const OpportunityOpened&) = default;
};

struct OpportunityStageChanged {
  std::string opportunity_id;
  ProcurementStage stage = ProcurementStage::kUnspecified;
  std::string reason;
  friend bool operator==(const OpportunityStageChanged&, const OpportunityStageChanged&) = default;
};

struct OpportunityWon {
  std::string opportunity_id;
  std::optional<Money> amount;
  friend bool operator==(const OpportunityWon&, const OpportunityWon&) = default;
};

struct OpportunityLost {
  std::string opportunity_id;
  std::string reason;
  std::string competitor;
  friend bool operator==(const OpportunityLost&, const OpportunityLost&) = default;
};

// Neither won nor lost: the customer dropped the plan, or we did.
struct OpportunityAbandoned {
  std::string opportunity_id;
  std::string reason;
  friend bool operator==(const OpportunityAbandoned&, const OpportunityAbandoned&) = default;
};

// Both sides work on something together.
struct JointProjectStarted {
  std::string project_id;
  std::string name;
  std::string business_line;
  friend bool operator==(const JointProjectStarted&, const JointProjectStarted&) = default;
};

struct JointProjectEnded {
  std::string project_id;
  std::string outcome;
  friend bool operator==(const JointProjectEnded&, const JointProjectEnded&) = default;
};

// The customer tries a product of ours.
struct TrialStarted {
  std::string trial_id;
  std::string product;
  std::string business_line;
  friend bool operator==(const TrialStarted&, const TrialStarted&) = default;
};

struct TrialEnded {
  std::string trial_id;
  std::string outcome;
  friend bool operator==(const TrialEnded&, const TrialEnded&) = default;
};

struct TenderAnnounced {
  std::string tender_id;
  std::string opportunity_id;
  std::optional<Timestamp> closes_at;
  friend bool operator==(const TenderAnnounced&, const TenderAnnounced&) = default;
};

struct BidInvited {
  std::string bid_id;
  std::string tender_id;
  std::string opportunity_id;
  friend bool operator==(const BidInvited&, const BidInvited&) = default;
};

struct BidSubmitted {
  std::string bid_id;
  std::string tender_id;
  std::string opportunity_id;
  std::optional<Money> amount;
  friend bool operator==(const BidSubmitted&, const BidSubmitted&) = default;
};

struct BidWon {
  std::string bid_id;
  std::optional<Money> amount;
  friend bool operator==(const BidWon&, const BidWon&) = default;
};

struct BidLost {
  std::string bid_id;
  std::string reason;
  std::string competitor;
  friend bool operator==(const BidLost&, const BidLost&) = default;
};

struct BidWithdrawn {
  std::string bid_id;
  std::string reason;
  friend bool operator==(const BidWithdrawn&, const BidWithdrawn&) = default;
};

// A contract is active in [starts_at, ends_at).
struct ContractSigned {
  // Unique within the account. 1-128 bytes.
  std::string contract_id;
  Timestamp starts_at;
  // Exclusive; after starts_at.
  Timestamp ends_at;
  std::optional<Money> value;
  std::vector<std::string> business_lines;
  std::string opportunity_id;
  friend bool operator==(const ContractSigned&, const ContractSigned&) = default;
};

// Fields that are not set stay as they are.
struct ContractAmended {
  std::string contract_id;
  std::optional<Timestamp> ends_at;
  std::optional<Money> value;
  std::string reason;
  friend bool operator==(const ContractAmended&, const ContractAmended&) = default;
};

// The contract ended early, at the event's occurred_at.
struct ContractEnded {
  std::string contract_id;
  std::string reason;
  friend bool operator==(const ContractEnded&, const ContractEnded&) = default;
};

// Identified by its ordinal in the document, never by content: equal lines
// all count. The line's amount is quantity x unit price, exactly: a product
// that is no whole number of micro-units is refused (LINE_AMOUNT_NOT_EXACT).
struct OrderLine {
  std::string product;
  std::string business_line;
  // 10^-6 of the unit sold; 6 pieces are 6000000. Greater than 0.
  int64_t quantity_micros = 0;
  // 10^-6 of the currency's unit. At least 0.
  int64_t unit_price_micros = 0;
  // What one unit costs us, where known; profit counts only lines that say so.
  std::optional<int64_t> unit_cost_micros;
  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

struct OrderPlaced {
  // Unique within the account. 1-128 bytes.
  std::string order_id;
  CurrencyCode currency;
  // At least one.
  std::vector<OrderLine> lines;
  Procurement procurement = Procurement::kUnspecified;
  // Set when the order belongs to a project: its amount is project income.
  std::string project_id;
  friend bool operator==(const OrderPlaced&, const OrderPlaced&) = default;
};

// The whole order is taken back, at the event's occurred_at: the month of the
// cancellation bears the negative amount, the month of the order keeps its own.
struct OrderCancelled {
  std::string order_id;
  std::string reason;
  friend bool operator==(const OrderCancelled&, const OrderCancelled&) = default;
};

// Value is given back, in full or in part. Names no order where the source
// does not.
struct CreditNoteIssued {
  std::string credit_note_id;
  std::string order_id;
  CurrencyCode currency;
  // Quantities and prices as positive numbers; the note counts negative.
  std::vector<OrderLine> lines;
  std::string reason;
  friend bool operator==(const CreditNoteIssued&, const CreditNoteIssued&) = default;
};

struct InvoiceIssued {
  // Unique within the account. 1-128 bytes.
  std::string invoice_id;
  std::string order_id;
  // Greater than 0.
  Money amount;
  // Not before the event's occurred_at; at most 5 years after it.
  Timestamp due_at;
  friend bool operator==(const InvoiceIssued&, const InvoiceIssued&) = default;
};

// The invoice was wrong: what of it is still open is no longer owed.
struct InvoiceCancelled {
  std::string invoice_id;
  std::string reason;
  friend bool operator==(const InvoiceCancelled&, const InvoiceCancelled&) = default;
};

struct PaymentReceived {
  std::string payment_id;
  std::string invoice_id;
  // Greater than 0, in the invoice's currency.
  Money amount;
  friend bool operator==(const PaymentReceived&, const PaymentReceived&) = default;
};

// Starts the first episode: first response and resolution fall due after the
// policy's hours.
struct ComplaintFiled {
  // Unique within the account. 1-128 bytes.
  std::string complaint_id;
  std::string category;
  Severity severity = Severity::kUnspecified;
  // The level the complaint came from.
  Level level = Level::kUnspecified;
  std::string text;
  friend bool operator==(const ComplaintFiled&, const ComplaintFiled&) = default;
};

// The first response of the running episode.
struct ComplaintAcknowledged {
  std::string complaint_id;
  friend bool operator==(const ComplaintAcknowledged&, const ComplaintAcknowledged&) = default;
};

// The SLA clock stands still: we wait for the customer.
struct ComplaintPaused {
  std::string complaint_id;
  std::string reason;
  friend bool operator==(const ComplaintPaused&, const ComplaintPaused&) = default;
};

struct ComplaintResumed {
  std::string complaint_id;
  friend bool operator==(const ComplaintResumed&, const ComplaintResumed&) = default;
};

struct ComplaintResolved {
  std::string complaint_id;
  std::string resolution;
  friend bool operator==(const ComplaintResolved&, const ComplaintResolved&) = default;
};

// Starts a new episode of the same complaint, with new due times.
struct ComplaintReopened {
  std::string complaint_id;
  std::string reason;
  friend bool operator==(const ComplaintReopened&, const ComplaintReopened&) = default;
};

// The customer agrees that it is over.
struct ComplaintClosed {
  std::string complaint_id;
  friend bool operator==(const ComplaintClosed&, const ComplaintClosed&) = default;
};

struct SurveySent {
  std::string survey_id;
  std::string contact_id;
  friend bool operator==(const SurveySent&, const SurveySent&) = default;
};

struct SurveyAnswered {
  std::string survey_id;
  std::string contact_id;
  // 0..scale.
  int32_t score = 0;
  // The best score possible. Divides 2100, so that answers on different scales
  // add up exactly: 1-7, 10, 20, 25, 50, 100.
  int32_t scale = 0;
  friend bool operator==(const SurveyAnswered&, const SurveyAnswered&) = default;
};

struct ReferralRequested {
  std::string referral_id;
  std::string contact_id;
  friend bool operator==(const ReferralRequested&, const ReferralRequested&) = default;
};

// The account recommended us to another one. The other account learns of it
// through a ReferralRecorded that the engine sends.
struct ReferralReceived {
  // Unique within the account. 1-128 bytes.
  std::string referral_id;
  std::string referred_account_id;
  ReferralClass referral_class = ReferralClass::kUnspecified;
  friend bool operator==(const ReferralReceived&, const ReferralReceived&) = default;
};

// Written by the engine into the referred account's log.
struct ReferralRecorded {
  std::string referral_id;
  std::string referring_account_id;
  ReferralClass referral_class = ReferralClass::kUnspecified;
  friend bool operator==(const ReferralRecorded&, const ReferralRecorded&) = default;
};

// What people agreed the relationship is, and where it should go.
struct TierDeclared {
  Tier tier = Tier::kUnspecified;
  Tier target_tier = Tier::kUnspecified;
  std::optional<Timestamp> target_by;
  std::string plan;
  friend bool operator==(const TierDeclared&, const TierDeclared&) = default;
};

// Shown beside the computed tier until it expires; never fed into it.
struct TierOverridden {
  Tier tier = Tier::kUnspecified;
  std::string reason;
  // Mandatory; after the event's occurred_at.
  Timestamp expires_at;
  friend bool operator==(const TierOverridden&, const TierOverridden&) = default;
};

struct TierOverrideWithdrawn {
  std::string reason;
  friend bool operator==(const TierOverrideWithdrawn&, const TierOverrideWithdrawn&) = default;
};

// Nothing before `to` is expected any more: due dates up to it have passed.
struct ClockAdvanced {
  Timestamp to;
  friend bool operator==(const ClockAdvanced&, const ClockAdvanced&) = default;
};

// From effective_at on, tiers are computed by this policy. Copied into every
// partition's log under one control_epoch.
struct PolicyAdopted {
  std::string policy_name;
  int32_t version = 0;
  // The policy file (TOML), byte for byte.
  std::string definition;
  // After the clock of every partition.
  Timestamp effective_at;
  // Dense: 1, 2, 3 ... over all control records of the cluster.
  uint64_t control_epoch = 0;
  friend bool operator==(const PolicyAdopted&, const PolicyAdopted&) = default;
};

// An operator gave a parked record a second chance; it is folded at its
// business time under this record's position.
struct ParkedRepaired {
  // Position of the parked record in this partition's log.
  Position parked_position;
  std::string reason;
  friend bool operator==(const ParkedRepaired&, const ParkedRepaired&) = default;
};

// An operator decided that a parked record will never be folded.
struct ParkedDismissed {
  // Position of the parked record in this partition's log.
  Position parked_position;
  std::string reason;
  friend bool operator==(const ParkedDismissed&, const ParkedDismissed&) = default;
};

// From the next record on, what is admitted to this partition's log is judged by
// the rules of this level (codec/admission.h). Copied into every partition's log.
struct AdmissionRaised {
  uint32_t level = 0;
  friend bool operator==(const AdmissionRaised&, const AdmissionRaised&) = default;
};

// The alternatives stand in the order of kEventTypes.
using EventBody =
    std::variant<UnknownEvent, AccountOpened, AccountChanged, ExternalIdLinked, ExternalIdUnlinked, GroupJoined, GroupLeft, OwnerAssigned,
                 KeyAccountDesignated, KeyAccountUndesignated, ContactAdded, ContactChanged, ContactRemoved, VisitHeld, MinutesRecorded,
                 ActionItemDone, ActionItemDropped, OpportunityOpened, OpportunityStageChanged, OpportunityWon, OpportunityLost,
                 OpportunityAbandoned, JointProjectStarted, JointProjectEnded, TrialStarted, TrialEnded, TenderAnnounced, BidInvited,
                 BidSubmitted, BidWon, BidLost, BidWithdrawn, ContractSigned, ContractAmended, ContractEnded, OrderPlaced, OrderCancelled,
                 CreditNoteIssued, InvoiceIssued, InvoiceCancelled, PaymentReceived, ComplaintFiled, ComplaintAcknowledged, ComplaintPaused,
                 ComplaintResumed, ComplaintResolved, ComplaintReopened, ComplaintClosed, SurveySent, SurveyAnswered, ReferralRequested,
                 ReferralReceived, ReferralRecorded, TierDeclared, TierOverridden, TierOverrideWithdrawn, ClockAdvanced, PolicyAdopted,
                 ParkedRepaired, ParkedDismissed, AdmissionRaised>;
static_assert(std::variant_size_v<EventBody> == kEventTypes.size());

inline EventType TypeOf(const EventBody& body) { return kEventTypes[body.index()].type; }

// One event of one account (or of a partition: control records).
struct Event {
  EventType type = EventType::kUnknown;  // always TypeOf(body)
  Position position;                     // of the record; ties of occurred_at fold in this order
  Timestamp occurred_at;
  EventBody body;
  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace guanxi::relations
