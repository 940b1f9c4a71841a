// What an account has many of: contacts, orders, invoices ... Each child is a row
// of its own, so that an account of 10,000 invoices still has a small core. The
// fold names the children an event touches (ChildrenNeeded in fold.h); nothing
// else is read. All plain values.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/int128.h"
#include "base/strong.h"
#include "base/time.h"
#include "relations/money.h"
#include "relations/values.h"

namespace guanxi::relations {

// Stored in keys and never changed. The number is the alternative's index in Child.
enum class ChildKind : uint8_t {
  kNone = 0,
  kContact = 1,
  kVisit = 2,
  kMinutes = 3,
  kActionItem = 4,
  kOpportunity = 5,
  kProject = 6,
  kTrial = 7,
  kTender = 8,
  kBid = 9,
  kContract = 10,
  kOrder = 11,
  kCreditNote = 12,
  kInvoice = 13,
  kPayment = 14,
  kComplaint = 15,
  kSurvey = 16,
  kReferral = 17,
  kMonth = 18,
};
// "contact", "action_item" ...; "none" for a number not in the table.
std::string_view NameOf(ChildKind kind);

// id: as the events have it; of a month "2024-03".
struct ChildKey {
  ChildKind kind = ChildKind::kNone;
  std::string id;
  friend auto operator<=>(const ChildKey&, const ChildKey&) = default;
};

// Amounts of one currency. Profit counts lines that state a cost only; units are
// micro-units of pieces; project income is the revenue of orders with a project.
struct TradeSums {
  int128 revenue = 0;
  int128 profit = 0;
  int128 units = 0;
  int128 project_income = 0;

  TradeSums& operator+=(const TradeSums& o) {
    revenue += o.revenue, profit += o.profit, units += o.units, project_income += o.project_income;
    return *this;
  }
  TradeSums operator-() const { return {-revenue, -profit, -units, -project_income}; }
  friend bool operator==(const TradeSums&, const TradeSums&) = default;
};

// Personal data stay sealed. The newest 16 parts are kept, and the first.
struct SealedPart {
  Position position;  // of the event it came with
  std::string sealed;
  friend bool operator==(const SealedPart&, const SealedPart&) = default;
};

struct Contact {
  bool present = true;  // false: removed
  std::string department;
  Level level = Level::kUnspecified;
  CommitteeRole role = CommitteeRole::kUnspecified;
  Stance stance = Stance::kUnspecified;
  std::vector<SealedPart> personal;
  Timestamp added_at, changed_at;
  std::optional<Timestamp> last_met_at;
  Position position;  // of the newest event about it
  friend bool operator==(const Contact&, const Contact&) = default;
};

struct Visit {
  Timestamp held_at;
  VisitKind kind = VisitKind::kUnspecified;
  std::string review_of;
  Level highest_level = Level::kUnspecified;
  bool executive_to_executive = false;
  int32_t planned_minutes = 0, actual_minutes = 0;
  uint32_t customers = 0, ours = 0;
  Position position;
  friend bool operator==(const Visit&, const Visit&) = default;
};

struct Minutes {
  std::string visit_id;
  Timestamp recorded_at;
  uint32_t action_items = 0;
  Position position;
  friend bool operator==(const Minutes&, const Minutes&) = default;
};

enum class ActionItemState : uint8_t { kOpen = 0, kDone = 1, kDropped = 2 };

struct ActionItemRow {
  std::string text, owner, minutes_id;
  std::optional<Timestamp> due_at;
  ActionItemState state = ActionItemState::kOpen;
  Timestamp recorded_at;
  std::optional<Timestamp> ended_at;
  bool due_in_core = false;  // AccountCore::open_item_dues holds its due date
  Position position;
  friend bool operator==(const ActionItemRow&, const ActionItemRow&) = default;
};

enum class OpportunityState : uint8_t { kOpen = 0, kWon = 1, kLost = 2, kAbandoned = 3 };

struct Opportunity {
  std::string name, business_line, owner, competitor;
  OpportunityKind kind = OpportunityKind::kUnspecified;
  Initiation initiation = Initiation::kUnspecified;
  ProcurementStage stage = ProcurementStage::kResearch;
  OpportunityState state = OpportunityState::kOpen;
  std::optional<Money> amount;  // expected; won
  std::optional<Timestamp> expected_close_at;
  Timestamp opened_at, stage_since;
  std::optional<Timestamp> closed_at;
  uint32_t stage_changes = 0, regressions = 0;
  Position position;
  friend bool operator==(const Opportunity&, const Opportunity&) = default;
};

struct Project {
  std::string name, business_line, outcome;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  Position position;
  friend bool operator==(const Project&, const Project&) = default;
};

struct Trial {
  std::string product, business_line, outcome;
  Timestamp started_at;
  std::optional<Timestamp> ended_at;
  Position position;
  friend bool operator==(const Trial&, const Trial&) = default;
};

struct Tender {
  std::string opportunity_id;
  Timestamp announced_at;
  std::optional<Timestamp> closes_at;
  Position position;
  friend bool operator==(const Tender&, const Tender&) = default;
};

enum class BidState : uint8_t { kInvited = 0, kSubmitted = 1, kWon = 2, kLost = 3, kWithdrawn = 4 };

struct Bid {
  std::string tender_id, opportunity_id, competitor;
  BidState state = BidState::kInvited;
  std::optional<Money> amount;
  std::optional<Timestamp> invited_at, submitted_at, decided_at;
  Position position;
  friend bool operator==(const Bid&, const Bid&) = default;
};

// Active in [starts_at, ends_at).
struct Contract {
  Timestamp starts_at, ends_at;
  std::optional<Money> value;
  std::vector<std::string> business_lines;  // the first 16
  std::string opportunity_id;
  Timestamp signed_at;
  uint32_t amendments = 0;
  Position position;
  friend bool operator==(const Contract&, const Contract&) = default;
};

struct Order {
  CurrencyCode currency;
  TradeSums sums;
  std::string project_id;
  Procurement procurement = Procurement::kUnspecified;
  uint32_t lines = 0;
  Timestamp placed_at;
  std::optional<Timestamp> cancelled_at;
  Position position;
  friend bool operator==(const Order&, const Order&) = default;
};

// The sums are positive numbers: what was given back.
struct CreditNote {
  CurrencyCode currency;
  TradeSums sums;
  std::string order_id;
  Timestamp issued_at;
  Position position;
  friend bool operator==(const CreditNote&, const CreditNote&) = default;
};

struct Invoice {
  Money amount;
  int64_t open_micros = 0;  // what is still owed; 0 once paid or cancelled
  std::string order_id;
  Timestamp issued_at, due_at;
  std::optional<Timestamp> cancelled_at, paid_at;  // paid_at: when the last open part was
  Position position;
  friend bool operator==(const Invoice&, const Invoice&) = default;
};

struct Payment {
  std::string invoice_id;
  Money amount;
  int64_t applied_micros = 0;  // the part that paid something open
  Timestamp received_at;
  Position position;
  friend bool operator==(const Payment&, const Payment&) = default;
};

enum class ComplaintState : uint8_t { kOpen = 0, kPaused = 1, kResolved = 2, kClosed = 3 };

struct Complaint {
  std::string category;
  Severity severity = Severity::kUnspecified;
  Level level = Level::kUnspecified;
  ComplaintState state = ComplaintState::kOpen;
  bool acknowledged = false;  // in the running episode
  uint64_t clock = 0;         // SlaClock::number of the running episode; 0: it has none
  uint32_t episodes = 1;
  bool recurrence = false;
  Timestamp filed_at, episode_started_at;
  std::optional<Timestamp> resolved_at, closed_at;
  Position position;
  friend bool operator==(const Complaint&, const Complaint&) = default;
};

struct Survey {
  std::string contact_id;
  Timestamp sent_at;
  std::optional<Timestamp> answered_at;
  int32_t score = 0, scale = 0;
  Position position;
  friend bool operator==(const Survey&, const Survey&) = default;
};

struct Referral {
  std::string contact_id, referred_account_id;
  ReferralClass referral_class = ReferralClass::kUnspecified;
  std::optional<Timestamp> requested_at, received_at;
  Position position;
  friend bool operator==(const Referral&, const Referral&) = default;
};

// A month's business in one currency; kept for ever.
struct MonthOfCurrency {
  CurrencyCode currency;
  uint32_t orders = 0;         // placed
  uint32_t cancellations = 0;  // of orders, also of earlier months
  TradeSums net;               // placed - cancelled - credited in this month
  friend bool operator==(const MonthOfCurrency&, const MonthOfCurrency&) = default;
};

struct MonthSums {
  std::vector<MonthOfCurrency> currencies;  // by code
  friend bool operator==(const MonthSums&, const MonthSums&) = default;
};

using Child = std::variant<std::monostate, Contact, Visit, Minutes, ActionItemRow, Opportunity, Project, Trial, Tender, Bid, Contract,
                           Order, CreditNote, Invoice, Payment, Complaint, Survey, Referral, MonthSums>;

inline ChildKind KindOf(const Child& child) { return static_cast<ChildKind>(child.index()); }

namespace internal {
template <class T, class Variant>
struct IndexIn;
template <class T, class... Ts>
struct IndexIn<T, std::variant<Ts...>> {
  static constexpr size_t value = [] {
    constexpr bool same[] = {std::is_same_v<T, Ts>...};
    for (size_t i = 0; i < sizeof...(Ts); ++i)
      if (same[i]) return i;
    return sizeof...(Ts);
  }();
};
}  // namespace internal

template <class T>
inline constexpr ChildKind kKindOf = static_cast<ChildKind>(internal::IndexIn<T, Child>::value);

}  // namespace guanxi::relations
