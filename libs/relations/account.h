// The core of an account's state: everything needed to answer for the account, to
// compute its dimensions and gates and to let time pass, without its children
// (child.h). A plain value; integers only. Every list has a bound, stated here
// and in docs/domain-decisions.md.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/int128.h"
#include "base/strong.h"
#include "base/time.h"
#include "relations/anomaly.h"
#include "relations/child.h"
#include "relations/policy.h"
#include "relations/values.h"

namespace guanxi::relations {

// No event: where evidence may be missing.
inline constexpr Position kNoPosition{~uint64_t{0}};

inline constexpr size_t kWindowMonths = 12;    // W12
inline constexpr size_t kNamesPerSetMax = 16;  // departments or lines per month, lines per contract
inline constexpr size_t kContractSpansMax = 1024;
inline constexpr size_t kSlaClocksMax = 1024;
inline constexpr size_t kCategoriesMax = 64;
inline constexpr size_t kExternalIdsMax = 256;
inline constexpr size_t kOpenItemDuesMax = 1024;
inline constexpr size_t kAnomaliesKept = 16;
inline constexpr size_t kTierChangesKept = 16;
inline constexpr size_t kEvidenceMax = 8;           // positions named by one tier change
inline constexpr int64_t kRecurrenceDaysMax = 366;  // a policy cannot look back further

// Up to 16 ids of names in the table beside it, ascending.
struct NameSet {
  uint8_t size = 0;
  std::array<uint16_t, kNamesPerSetMax> ids{};
  friend bool operator==(const NameSet& a, const NameSet& b) {
    return a.size == b.size && std::equal(a.ids.begin(), a.ids.begin() + a.size, b.ids.begin());
  }
};

// Names that live NameSets refer to by index. A free slot is empty and is reused,
// the lowest first; the last slot is never free.
struct NameTable {
  std::vector<std::string> names;
  friend bool operator==(const NameTable&, const NameTable&) = default;
};

// What an event is evidence of; the newest event of each class is kept per month.
enum class EvidenceClass : uint8_t { kVisit, kExecutiveMeeting, kDecisionMaker, kTrade, kProject, kComplaint, kSurvey };
inline constexpr size_t kEvidenceClassCount = 7;

// What happened in one business month, as far as W12 asks. Amounts: account currency.
struct MonthBucket {
  Month month;
  uint32_t visits = 0;
  uint8_t levels_met = 0;  // bit n: Level n
  NameSet departments_met;
  uint32_t executive_meetings = 0;
  uint32_t decision_maker_visits = 0;
  uint32_t orders = 0;  // placed, any currency, cancelled later or not
  NameSet lines;        // of those orders
  TradeSums net;
  uint32_t joint_projects = 0, trials = 0;  // started
  uint32_t complaints = 0, recurrences = 0;
  uint32_t sla_hits = 0, sla_misses = 0;
  uint32_t survey_answers = 0;
  uint64_t survey_sum = 0;  // of score * 2100 / scale
  std::array<Position, kEvidenceClassCount> evidence = [] {
    std::array<Position, kEvidenceClassCount> none;
    none.fill(kNoPosition);
    return none;
  }();

  Position& EvidenceOf(EvidenceClass c) { return evidence[static_cast<size_t>(c)]; }
  Position EvidenceOf(EvidenceClass c) const { return evidence[static_cast<size_t>(c)]; }
  friend bool operator==(const MonthBucket&, const MonthBucket&) = default;
};

// A contract that is active, will be, or was at some time in W12.
struct ContractSpan {
  std::string contract_id;
  Timestamp starts_at, ends_at;  // [starts_at, ends_at)
  int32_t full_months = 0;       // greatest n with AddMonths(starts_at, n) <= ends_at
  NameSet lines;
  Position position;  // of the newest event about it
  friend bool operator==(const ContractSpan&, const ContractSpan&) = default;
};

// What is owed and was paid of invoices due in one month (or open, due on one day);
// account currency.
struct DueMonth {
  Month month;
  int128 paid = 0;
  int128 paid_days_late = 0;  // sum of amount * days late
  Position evidence = kNoPosition;
  friend bool operator==(const DueMonth&, const DueMonth&) = default;
};
struct DueDay {
  Day day;
  int128 open = 0;  // > 0
  friend bool operator==(const DueDay&, const DueDay&) = default;
};

// The undecided SLA clocks of one complaint episode. While paused nothing falls due.
struct SlaClock {
  uint64_t number = 0;                                    // unique within the account, from 1
  std::optional<Timestamp> response_due, resolution_due;  // nothing: decided
  std::optional<Timestamp> paused_at;
  Position position;  // of the event that started the episode
  friend bool operator==(const SlaClock&, const SlaClock&) = default;
};

struct CategoryEnd {
  std::string category;
  Timestamp at;  // the newest resolution or closing of a complaint of the category
  friend bool operator==(const CategoryEnd&, const CategoryEnd&) = default;
};

struct ExternalId {
  std::string system, external_id;
  friend bool operator==(const ExternalId&, const ExternalId&) = default;
};

// Lifetime amounts in one currency; micro-units.
struct CurrencyTotal {
  CurrencyCode currency;
  uint64_t orders = 0;
  TradeSums net;
  int128 invoiced = 0, paid = 0, open = 0;
  friend bool operator==(const CurrencyTotal&, const CurrencyTotal&) = default;
};

// -1 where the dimension is not applicable, else 0-1000.
using DimensionValues = std::array<int16_t, kDimensionCount>;
inline constexpr int16_t kNotApplicable = -1;
inline constexpr DimensionValues kNoDimensions = {-1, -1, -1, -1, -1, -1, -1, -1};

// Why a tier changed. kGate: a gate of `from` failed. kScoreDown: below the down
// edge of `from` at the month ends. kScoreUp: at or above the up edge of `to`.
enum class TierRuleKind : uint8_t { kGate = 1, kScoreDown = 2, kScoreUp = 3 };
std::string_view NameOf(TierRuleKind kind);

struct TierChange {
  Timestamp at;
  Tier from = Tier::kUnspecified, to = Tier::kUnspecified;
  TierRuleKind rule{};
  GateKind gate = GateKind::kNone;  // the first that failed; kGate only
  int32_t threshold = 0;            // the edge that decided; kGate: the gate's
  std::string policy_name;
  int32_t policy_version = 0;
  int16_t score = kNotApplicable;
  DimensionValues before = kNoDimensions;  // at the assessment before
  DimensionValues after = kNoDimensions;   // at this one
  std::vector<Position> evidence;          // 1-8 events, ascending
  std::string policy_segment;              // its name; empty: the policy's own numbers
  std::array<int16_t, kDimensionCount> weights{};
  int64_t actual = 0;                     // kGate: the gate's quantity; kScoreDown: month ends in a row below the edge
  std::optional<Timestamp> waited_until;  // kScoreUp: when the dwell after the change before ended
  friend bool operator==(const TierChange&, const TierChange&) = default;
};

// The computed tier and what its rules remember.
struct TierMachine {
  Tier tier = Tier::kOrdinary;
  std::optional<Timestamp> last_change_at;
  int32_t month_ends_below = 0;
  DimensionValues dimensions = kNoDimensions;  // at the newest assessment
  int16_t score = kNotApplicable;
  friend bool operator==(const TierMachine&, const TierMachine&) = default;
};

struct DeclaredTier {
  Tier tier = Tier::kUnspecified, target = Tier::kUnspecified;
  std::optional<Timestamp> target_by;
  std::string plan;
  Timestamp at;
  Position position;
  friend bool operator==(const DeclaredTier&, const DeclaredTier&) = default;
};

// In force in [at, expires_at) unless withdrawn.
struct TierOverride {
  Tier tier = Tier::kUnspecified;
  std::string reason;
  Timestamp at, expires_at;
  Position position;
  friend bool operator==(const TierOverride&, const TierOverride&) = default;
};

struct ReferredBy {
  std::string account_id, referral_id;
  ReferralClass referral_class = ReferralClass::kUnspecified;
  Position position;
  friend bool operator==(const ReferredBy&, const ReferredBy&) = default;
};

struct OpenItemDue {
  Timestamp due_at;
  uint32_t items = 0;
  friend bool operator==(const OpenItemDue&, const OpenItemDue&) = default;
};

struct Counts {
  uint64_t contacts = 0;    // present
  uint64_t supporters = 0;  // of those: supporters and mentors
  uint64_t visits = 0, orders = 0, order_cancellations = 0, credit_notes = 0, contracts = 0;
  uint64_t joint_projects = 0, trials = 0;  // started
  uint64_t invoices = 0, payments = 0;
  uint64_t invoices_open = 0;  // something is owed, in whatever currency
  uint64_t opportunities_open = 0, opportunities_won = 0, opportunities_lost = 0, opportunities_abandoned = 0;
  uint64_t bids_submitted = 0, bids_won = 0, bids_lost = 0;
  uint64_t bids_open = 0;  // submitted and not decided
  uint64_t action_items_open = 0;
  uint64_t complaints = 0, complaints_open_critical = 0, complaints_open_other = 0;
  uint64_t surveys_sent = 0, surveys_answered = 0;
  uint64_t referrals_received = 0;
  uint64_t anomalies = 0;
  uint64_t unknown_events = 0;  // of types not known
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct AccountCore {
  AccountId id;  // set by the caller before the first fold

  // Identity.
  bool opened = false;  // by an AccountOpened
  std::string name, industry, region;
  AccountType account_type = AccountType::kUnspecified;
  Ownership ownership = Ownership::kUnspecified;
  CurrencyCode currency;  // the account currency; empty until known
  std::string owner, owner_manager, owner_region;
  std::optional<Timestamp> owner_since;
  std::string group_account_id;
  std::optional<Timestamp> key_account_since;  // designated
  std::string key_account_reason;
  std::vector<ExternalId> external_ids;  // <= 256, in the order of linking
  std::optional<ReferredBy> referred_by;

  // Progress.
  uint64_t account_version = 0;  // accepted records, unknown types included
  Timestamp first_event_at, last_event_at;
  Position first_position, last_position;
  // Every due instant <= swept_to has taken effect; after a fold at t: t - 1 microsecond.
  Timestamp swept_to;

  // W12 and what else the dimensions ask.
  std::vector<MonthBucket> months;  // <= 12, ascending, only months in which something happened
  NameTable departments, lines;
  std::vector<ContractSpan> contracts;      // by (ends_at, contract_id); <= 1,024
  std::optional<Timestamp> first_trade_at;  // first contract signed or order placed
  Position first_trade_position = kNoPosition;
  std::vector<DueMonth> due_months;  // ascending; W12 and later months
  std::vector<DueDay> due_days;      // ascending; days in W12 and later
  int128 older_open = 0;             // open of invoices due before W12
  std::vector<SlaClock> sla_clocks;  // by number; <= 1,024
  uint64_t sla_clocks_started = 0;
  std::vector<CategoryEnd> category_ends;  // by category; at most 366 days old, <= 64
  std::string last_visit_id;
  std::optional<Timestamp> last_visit_at;
  std::optional<Timestamp> last_order_at;
  std::vector<OpenItemDue> open_item_dues;  // ascending; <= 1,024

  Counts counts;
  std::vector<CurrencyTotal> totals;  // by code
  std::vector<Anomaly> anomalies;     // the newest 16, oldest first; counts.anomalies has all

  // Tiers.
  TierMachine tier;
  std::vector<TierChange> tier_changes;  // the newest 16, oldest first
  std::optional<DeclaredTier> declared;
  std::optional<TierOverride> tier_override;

  friend bool operator==(const AccountCore&, const AccountCore&) = default;
};

// The part of the policy that is for the account.
inline const Policy& PolicyFor(const AccountCore& core, const Policy& policy) {
  return policy.segments.empty() ? policy : policy.For(core.account_type, core.ownership, core.industry);
}
// The override in force at t; nullptr when there is none.
const TierOverride* OverrideInForce(const AccountCore& core, Timestamp t);
// Open action items with due_at < t.
uint64_t OverdueActionItems(const AccountCore& core, Timestamp t);
// The earliest due date of an open action item.
std::optional<Timestamp> NextActionItemDue(const AccountCore& core);
// Open amount (account currency) of invoices whose due day lies more than `days` days before the day of t.
int128 OverdueAmount(const AccountCore& core, Timestamp t, int32_t days, BusinessCalendar calendar);
// Contracts active at t.
size_t ActiveContracts(const AccountCore& core, Timestamp t);

}  // namespace guanxi::relations
