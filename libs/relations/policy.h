// The policy: every number of the tier rules as versioned data. The formulas are
// code (assess.h); what they use of the policy is named after them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/strong.h"
#include "base/time.h"
#include "relations/values.h"

namespace guanxi::relations {

enum class Dimension : uint8_t { kHeight, kBreadth, kDepth, kValue, kPayment, kService, kSatisfaction, kLoyalty };
inline constexpr size_t kDimensionCount = 8;
// "height" ...
std::string_view NameOf(Dimension dimension);

// What a dimension without evidence does to the score.
enum class MissingTreatment : uint8_t { kExclude = 0, kAsZero = 1 };

// What `value` adds up.
enum class Measure : uint8_t { kRevenue = 0, kProfit = 1, kUnits = 2, kProjectIncome = 3 };

// A condition that no score buys. The threshold's meaning is the gate's own; the
// numbers are stored in tier changes and never reused.
enum class GateKind : uint8_t {
  kNone = 0,
  kOrdersOrContracts = 1,    // orders placed + contracts active at some time in W12 >= threshold
  kActiveContracts = 2,      // contracts active at t >= threshold
  kDepartmentsMet = 3,       // departments met in W12 >= threshold
  kLevelsMet = 4,            // levels met in W12 >= threshold
  kDecisionMakerMet = 5,     // visits with a decision maker in W12 >= threshold
  kLinesOrJointProject = 6,  // business lines >= threshold, or a joint project started in W12
  kExecutiveMeeting = 7,     // an executive-to-executive visit in the month of t or the threshold - 1 before it
  kContractOfMonths = 8,     // a contract active at t runs for >= threshold months
  kCriticalComplaints = 9,   // open critical complaints <= threshold
  kOverdueDays = 10,         // nothing open is more than threshold days overdue
  kMonthsWithOrders = 11,    // months of W12 with an order placed >= threshold
  kYearsSinceFirst = 12,     // full years since the first contract or order >= threshold
};
// "EXECUTIVE_MEETING" ...
std::string_view NameOf(GateKind kind);

struct GateRule {
  GateKind kind = GateKind::kNone;
  int32_t threshold = 0;
  friend bool operator==(const GateRule&, const GateRule&) = default;
};

// Rules of PREFERRED, PARTNER or STRATEGIC; ORDINARY has none. Edges: a score at
// or above `up` rises into the tier, one below `down` leaves it.
struct TierRule {
  int32_t up = 0;
  int32_t down = 0;
  std::vector<GateRule> gates;
  friend bool operator==(const TierRule&, const TierRule&) = default;
};

struct BandPoint {
  int64_t amount = 0;  // whole units of the account currency, or pieces
  int32_t points = 0;
  friend bool operator==(const BandPoint&, const BandPoint&) = default;
};

struct SlaHours {
  int32_t first_response = 0;
  int32_t resolution = 0;
  friend bool operator==(const SlaHours&, const SlaHours&) = default;
};

struct HeightConstants {
  std::array<int32_t, 5> base{};  // by Level; [0], nobody of a known level met, is 0
  int32_t per_executive_meeting = 0;
  int32_t executive_meetings_max = 0;
  friend bool operator==(const HeightConstants&, const HeightConstants&) = default;
};

// Each part is points * min(count, full) / full.
struct BreadthConstants {
  int32_t departments_points = 0, departments_full = 1;
  int32_t levels_points = 0, levels_full = 1;
  int32_t lines_points = 0, lines_full = 1;
  friend bool operator==(const BreadthConstants&, const BreadthConstants&) = default;
};

struct DepthConstants {
  int32_t active_contract = 0;
  int32_t long_contract = 0;  // instead of active_contract, for one of >= long_contract_months
  int32_t long_contract_months = 12;
  int32_t per_project = 0, projects_max = 0;  // projects_max, supporters_max, years_max: points
  int32_t per_supporter = 0, supporters_max = 0;
  int32_t per_year = 0, years_max = 0;
  friend bool operator==(const DepthConstants&, const DepthConstants&) = default;
};

struct ServiceConstants {
  int32_t per_critical = 0;    // points off per open critical complaint
  int32_t per_open = 0;        // per other open one
  int32_t per_recurrence = 0;  // per recurrence in W12
  int32_t sla_points = 0;      // off when every SLA decision of W12 was a miss
  friend bool operator==(const ServiceConstants&, const ServiceConstants&) = default;
};

struct LoyaltyConstants {
  int32_t months_points = 0;
  int32_t years_points = 0, years_full = 1;
  friend bool operator==(const LoyaltyConstants&, const LoyaltyConstants&) = default;
};

// Which accounts a part of a policy is for: those that have all that is stated.
struct Segment {
  std::string name;                                      // of the segment; empty for the policy's own numbers
  AccountType account_type = AccountType::kUnspecified;  // kUnspecified: any
  Ownership ownership = Ownership::kUnspecified;
  std::string industry;  // compared bytewise; empty: any
  friend bool operator==(const Segment&, const Segment&) = default;
};

struct Policy {
  std::string name;
  int32_t version = 0;
  // Shown with every answer computed by this policy; may be empty.
  std::string evidence_note;

  std::array<int32_t, kDimensionCount> weights{};
  std::array<MissingTreatment, kDimensionCount> missing{};

  HeightConstants height;
  BreadthConstants breadth;
  DepthConstants depth;
  Measure measure = Measure::kRevenue;
  std::vector<BandPoint> value_bands;  // ascending amounts, the first 0; points never fall
  int32_t payment_full_days = 90;      // average days late at which payment is 0
  ServiceConstants service;
  LoyaltyConstants loyalty;

  std::array<TierRule, 3> tiers;  // PREFERRED, PARTNER, STRATEGIC
  int32_t dwell_days = 90;        // x 24 h between the last change and a rise
  int32_t month_ends_down = 2;    // consecutive month ends below the edge before a fall

  SlaHours sla_normal, sla_critical;
  int32_t recurrence_days = 30;  // x 24 h

  // Of one that stands in `segments`: whom it is for.
  Segment segment;
  // Whole policies of the same name and version for some kinds of account; at most 32.
  std::vector<Policy> segments;

  // The first segment that fits the account, else the policy itself.
  const Policy& For(AccountType account_type, Ownership ownership, std::string_view industry) const;

  // Precondition: tier is PREFERRED, PARTNER or STRATEGIC.
  const TierRule& RuleOf(Tier tier) const { return tiers[static_cast<size_t>(tier) - static_cast<size_t>(Tier::kPreferred)]; }
  friend bool operator==(const Policy&, const Policy&) = default;
};

// Reads a policy file (policies/standard.toml is a full one). Every key is
// required, an unknown one is an error, and every number has bounds. The status is
// POLICY_INVALID: its message says what is wrong by line and key, at most five
// mistakes; metadata `key` and `line` are of the first. Cost: milliseconds.
absl::StatusOr<Policy> ParsePolicy(std::string_view toml);

// policies/standard.toml, in force before any adoption. Parsed once; lives for ever.
const Policy& StandardPolicy();
// policies/transactional.toml, for firms that have only orders.
const Policy& TransactionalPolicy();
// The files themselves, byte for byte, as built into the binary.
std::string_view StandardPolicyToml();
std::string_view TransactionalPolicyToml();

// Which policy was in force when. A value of one partition: known_from is a
// position of its log. Reading is safe from many threads while nobody adopts.
class PolicyLineage {
 public:
  // effective_at: from then on, inclusive. control_epoch: later adoptions have higher ones.
  void Adopt(Policy policy, Timestamp effective_at, uint64_t control_epoch, Position known_from);

  // Of those adopted at or before known_to, the one with the greatest
  // effective_at <= t (ties: the higher control epoch); StandardPolicy() before
  // all. The reference lives until the next Adopt. Cost: nanoseconds per adoption.
  const Policy& InForce(Timestamp t, Position known_to) const;

  // The earliest effective_at > t of those known; nothing when no change is known to come.
  std::optional<Timestamp> NextAfter(Timestamp t, Position known_to) const;

  bool empty() const { return adopted_.empty(); }

  struct Adopted {
    Policy policy;
    Timestamp effective_at;
    uint64_t control_epoch = 0;
    Position known_from;
  };
  // By (effective_at, control_epoch).
  const std::vector<Adopted>& adopted() const { return adopted_; }

 private:
  std::vector<Adopted> adopted_;
};

}  // namespace guanxi::relations
