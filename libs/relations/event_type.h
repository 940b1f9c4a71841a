// The persistent numbers of event types. A number or a name, once released, is
// never changed or reused (docs/formats/event-types.md); a test pins them all.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace guanxi::relations {

enum class EventType : uint16_t {
  kUnknown = 0,  // a type this binary does not know: kept, counted, not folded
  kAccountOpened = 101,
  kAccountChanged = 102,
  kExternalIdLinked = 103,
  kExternalIdUnlinked = 104,
  kGroupJoined = 105,
  kGroupLeft = 106,
  kOwnerAssigned = 107,
  kKeyAccountDesignated = 108,
  kKeyAccountUndesignated = 109,

  kContactAdded = 201,
  kContactChanged = 202,
  kContactRemoved = 203,

  kVisitHeld = 301,
  kMinutesRecorded = 302,
  kActionItemDone = 303,
  kActionItemDropped = 304,

  kOpportunityOpened = 401,
  kOpportunityStageChanged = 402,
  kOpportunityWon = 403,
  kOpportunityLost = 404,
  kOpportunityAbandoned = 405,
  kJointProjectStarted = 411,
  kJointProjectEnded = 412,
  kTrialStarted = 413,
  kTrialEnded = 414,
  kTenderAnnounced = 421,
  kBidInvited = 422,
  kBidSubmitted = 423,
  kBidWon = 424,
  kBidLost = 425,
  kBidWithdrawn = 426,

  kContractSigned = 501,
  kContractAmended = 502,
  kContractEnded = 503,
  kOrderPlaced = 511,
  kOrderCancelled = 512,
  kCreditNoteIssued = 513,
  kInvoiceIssued = 521,
  kInvoiceCancelled = 522,
  kPaymentReceived = 523,

  kComplaintFiled = 601,
  kComplaintAcknowledged = 602,
  kComplaintPaused = 603,
  kComplaintResumed = 604,
  kComplaintResolved = 605,
  kComplaintReopened = 606,
  kComplaintClosed = 607,
  kSurveySent = 611,
  kSurveyAnswered = 612,

  kReferralRequested = 701,
  kReferralReceived = 702,
  kReferralRecorded = 703,

  kTierDeclared = 801,
  kTierOverridden = 802,
  kTierOverrideWithdrawn = 803,

  kClockAdvanced = 901,
  kPolicyAdopted = 902,
  kParkedRepaired = 903,
  kParkedDismissed = 904,
  kAdmissionRaised = 905,
};

// Who causes an event of the type, and what follows from it.
enum class EventFamily : uint8_t {
  kUnknown = 0,   // counted in account_version, otherwise without effect
  kBusiness = 1,  // 1xx-7xx: something happened between the customer and us; a tier assessment follows
  kOperator = 2,  // 8xx: people decided something about the account; folded, no assessment follows
  kControl = 3,   // 9xx: belongs to a partition, not to an account; never folded into one
};

struct EventTypeEntry {
  EventType type;
  std::string_view name;  // of the message in guanxi.event.v1: "OrderPlaced"
  EventFamily family;
};

// In the order of the alternatives of EventBody (events.h); the first row is kUnknown.
inline constexpr std::array kEventTypes = {
    EventTypeEntry{EventType::kUnknown, "Unknown", EventFamily::kUnknown},
    EventTypeEntry{EventType::kAccountOpened, "AccountOpened", EventFamily::kBusiness},
    EventTypeEntry{EventType::kAccountChanged, "AccountChanged", EventFamily::kBusiness},
    EventTypeEntry{EventType::kExternalIdLinked, "ExternalIdLinked", EventFamily::kBusiness},
    EventTypeEntry{EventType::kExternalIdUnlinked, "ExternalIdUnlinked", EventFamily::kBusiness},
    EventTypeEntry{EventType::kGroupJoined, "GroupJoined", EventFamily::kBusiness},
    EventTypeEntry{EventType::kGroupLeft, "GroupLeft", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOwnerAssigned, "OwnerAssigned", EventFamily::kBusiness},
    EventTypeEntry{EventType::kKeyAccountDesignated, "KeyAccountDesignated", EventFamily::kBusiness},
    EventTypeEntry{EventType::kKeyAccountUndesignated, "KeyAccountUndesignated", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContactAdded, "ContactAdded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContactChanged, "ContactChanged", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContactRemoved, "ContactRemoved", EventFamily::kBusiness},
    EventTypeEntry{EventType::kVisitHeld, "VisitHeld", EventFamily::kBusiness},
    EventTypeEntry{EventType::kMinutesRecorded, "MinutesRecorded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kActionItemDone, "ActionItemDone", EventFamily::kBusiness},
    EventTypeEntry{EventType::kActionItemDropped, "ActionItemDropped", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOpportunityOpened, "OpportunityOpened", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOpportunityStageChanged, "OpportunityStageChanged", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOpportunityWon, "OpportunityWon", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOpportunityLost, "OpportunityLost", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOpportunityAbandoned, "OpportunityAbandoned", EventFamily::kBusiness},
    EventTypeEntry{EventType::kJointProjectStarted, "JointProjectStarted", EventFamily::kBusiness},
    EventTypeEntry{EventType::kJointProjectEnded, "JointProjectEnded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kTrialStarted, "TrialStarted", EventFamily::kBusiness},
    EventTypeEntry{EventType::kTrialEnded, "TrialEnded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kTenderAnnounced, "TenderAnnounced", EventFamily::kBusiness},
    EventTypeEntry{EventType::kBidInvited, "BidInvited", EventFamily::kBusiness},
    EventTypeEntry{EventType::kBidSubmitted, "BidSubmitted", EventFamily::kBusiness},
    EventTypeEntry{EventType::kBidWon, "BidWon", EventFamily::kBusiness},
    EventTypeEntry{EventType::kBidLost, "BidLost", EventFamily::kBusiness},
    EventTypeEntry{EventType::kBidWithdrawn, "BidWithdrawn", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContractSigned, "ContractSigned", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContractAmended, "ContractAmended", EventFamily::kBusiness},
    EventTypeEntry{EventType::kContractEnded, "ContractEnded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOrderPlaced, "OrderPlaced", EventFamily::kBusiness},
    EventTypeEntry{EventType::kOrderCancelled, "OrderCancelled", EventFamily::kBusiness},
    EventTypeEntry{EventType::kCreditNoteIssued, "CreditNoteIssued", EventFamily::kBusiness},
    EventTypeEntry{EventType::kInvoiceIssued, "InvoiceIssued", EventFamily::kBusiness},
    EventTypeEntry{EventType::kInvoiceCancelled, "InvoiceCancelled", EventFamily::kBusiness},
    EventTypeEntry{EventType::kPaymentReceived, "PaymentReceived", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintFiled, "ComplaintFiled", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintAcknowledged, "ComplaintAcknowledged", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintPaused, "ComplaintPaused", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintResumed, "ComplaintResumed", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintResolved, "ComplaintResolved", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintReopened, "ComplaintReopened", EventFamily::kBusiness},
    EventTypeEntry{EventType::kComplaintClosed, "ComplaintClosed", EventFamily::kBusiness},
    EventTypeEntry{EventType::kSurveySent, "SurveySent", EventFamily::kBusiness},
    EventTypeEntry{EventType::kSurveyAnswered, "SurveyAnswered", EventFamily::kBusiness},
    EventTypeEntry{EventType::kReferralRequested, "ReferralRequested", EventFamily::kBusiness},
    EventTypeEntry{EventType::kReferralReceived, "ReferralReceived", EventFamily::kBusiness},
    EventTypeEntry{EventType::kReferralRecorded, "ReferralRecorded", EventFamily::kBusiness},
    EventTypeEntry{EventType::kTierDeclared, "TierDeclared", EventFamily::kOperator},
    EventTypeEntry{EventType::kTierOverridden, "TierOverridden", EventFamily::kOperator},
    EventTypeEntry{EventType::kTierOverrideWithdrawn, "TierOverrideWithdrawn", EventFamily::kOperator},
    EventTypeEntry{EventType::kClockAdvanced, "ClockAdvanced", EventFamily::kControl},
    EventTypeEntry{EventType::kPolicyAdopted, "PolicyAdopted", EventFamily::kControl},
    EventTypeEntry{EventType::kParkedRepaired, "ParkedRepaired", EventFamily::kControl},
    EventTypeEntry{EventType::kParkedDismissed, "ParkedDismissed", EventFamily::kControl},
    EventTypeEntry{EventType::kAdmissionRaised, "AdmissionRaised", EventFamily::kControl},
};

// Full name of an event type = this prefix + its name.
inline constexpr std::string_view kEventTypePrefix = "guanxi.event.v1.";

// The row of the type; that of kUnknown for a number not in the table. Cost: a short search.
constexpr const EventTypeEntry& EntryOf(EventType type) {
  for (const EventTypeEntry& entry : kEventTypes)
    if (entry.type == type) return entry;
  return kEventTypes[0];
}

// By the message's name, with or without the prefix; kUnknown when there is none.
constexpr EventType EventTypeFromName(std::string_view name) {
  if (name.starts_with(kEventTypePrefix)) name.remove_prefix(kEventTypePrefix.size());
  for (size_t i = 1; i < kEventTypes.size(); ++i)
    if (kEventTypes[i].name == name) return kEventTypes[i].type;
  return EventType::kUnknown;
}

inline std::string FullName(EventType type) { return std::string(kEventTypePrefix).append(EntryOf(type).name); }

}  // namespace guanxi::relations
