// Values shared by events and state. The numbers are those of the protos in
// guanxi.event.v1 and of stored rows: never changed. An event
// with a number that is not here is refused or parked where it enters
// (FIELD_INVALID, codec/field_check.h), so none comes this far.
#pragma once

#include <cstdint>
#include <string_view>

namespace guanxi::relations {

enum class AccountType : uint8_t { kUnspecified = 0, kRegionalAgent = 1, kCoreCustomer = 2, kLargeIndustrial = 3, kGroup = 4 };

enum class Ownership : uint8_t { kUnspecified = 0, kStateOwned = 1, kPrivate = 2 };

// Seniority of a person, on either side, in rising order.
enum class Level : uint8_t { kUnspecified = 0, kGrassRoots = 1, kOperational = 2, kSenior = 3, kExecutive = 4 };

// Part played in the customer's buying committee.
enum class CommitteeRole : uint8_t { kUnspecified = 0, kUser = 1, kTechnicalExpert = 2, kPurchaser = 3, kDecisionMaker = 4 };

// Attitude of a contact towards us.
enum class Stance : uint8_t { kUnspecified = 0, kOpponent = 1, kNeutral = 2, kSupporter = 3, kMentor = 4 };

// The four relationship tiers, in rising order.
enum class Tier : uint8_t { kUnspecified = 0, kOrdinary = 1, kPreferred = 2, kPartner = 3, kStrategic = 4 };

enum class VisitKind : uint8_t { kUnspecified = 0, kVisit = 1, kMeeting = 2 };

enum class OpportunityKind : uint8_t { kUnspecified = 0, kAccount = 1, kProject = 2 };

enum class Initiation : uint8_t { kUnspecified = 0, kActive = 1, kPassive = 2 };

// The customer's procurement stages. Moves may skip and may go back.
enum class ProcurementStage : uint8_t {
  kUnspecified = 0,
  kResearch = 1,
  kAnalysis = 2,
  kApproval = 3,
  kSelection = 4,
  kBidding = 5,
  kTesting = 6,
  kPurchase = 7,
};

// How the customer bought.
enum class Procurement : uint8_t { kUnspecified = 0, kDirected = 1, kInvited = 2, kOpen = 3, kCompetitiveBidding = 4 };

enum class Severity : uint8_t { kUnspecified = 0, kNormal = 1, kCritical = 2 };

enum class ReferralClass : uint8_t { kUnspecified = 0, kLikely = 1, kMostLikely = 2 };

// "ORDINARY" ...; "NONE" for unspecified.
std::string_view NameOf(Tier tier);
// "grass-roots" ...; "unknown" for unspecified.
std::string_view NameOf(Level level);

}  // namespace guanxi::relations
