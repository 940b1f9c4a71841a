// The reference model: what an account's state is, computed the slow and
// obvious way. Every query sorts all events known, folds them from nothing and
// scans all facts for every number. It exists to be compared with the engine
// and with examples computed by hand, and shares no code with libs/relations.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/reference/dimensions.h"
#include "support/reference/event.h"
#include "support/reference/facts.h"
#include "support/reference/policy.h"

namespace guanxi::reference {

enum class TierRule { kUp, kDownByScore, kDownByGate };

struct TierChange {
  Timestamp at;
  v1::Tier from, to;
  TierRule rule;
  // The event the assessment followed; empty at a month end.
  std::string event_id;
  std::optional<int64_t> score;
  // Of the policy that decided.
  std::string segment;
  std::array<int64_t, kDimensions> weights;
  // The up edge of `to` or the down edge of `from`; 0 when a gate decided.
  int64_t edge;
  bool operator==(const TierChange&) const = default;
};

struct Gate {
  std::string name;
  bool holds;
  bool operator==(const Gate&) const = default;
};

// What one assessment saw and left behind.
struct Assessed {
  Timestamp at;
  std::string event_id;  // empty: a month end
  Dimensions dimensions;
  std::optional<int64_t> score;
  v1::Tier tier;
  int64_t month_ends_below;
};

struct State {
  // False when no event of the account is known: everything else is empty then.
  bool exists = false;
  // Everything accepted, with account_version, fields, contacts and anomalies.
  Facts facts;
  std::map<v1::ProcurementStage, int64_t> open_opportunities;
  int64_t open_action_items = 0, overdue_action_items = 0;
  int64_t open_bids = 0, open_invoices = 0, unknown_events = 0;
  SumsByCurrency sums;
  std::map<Month, SlaCounts> sla;
  Dimensions dimensions;
  std::optional<int64_t> score;
  std::map<v1::Tier, std::vector<Gate>> gates;
  v1::Tier tier = v1::TIER_ORDINARY;
  int64_t month_ends_below = 0;
  std::vector<TierChange> history;
  // Every assessment, in order.
  std::vector<Assessed> assessments;
  std::optional<v1::Tier> override_in_force;
  Policy policy;
};

struct Account {
  std::string id;
  std::vector<Event> events;
  std::vector<PolicyAdoption> adoptions;
  // In force before any adoption.
  Policy first_policy;
  BusinessCalendar calendar;
};

// The state from events (and adoptions) of position <= known_to and occurred_at <= valid_to,
// the clock advanced to valid_to.
State StateAt(const Account& account, uint64_t known_to, Timestamp valid_to);

// The gates of PREFERRED, PARTNER and STRATEGIC; ORDINARY has none.
std::map<v1::Tier, std::vector<Gate>> GatesOf(const View& view);

}  // namespace guanxi::reference
