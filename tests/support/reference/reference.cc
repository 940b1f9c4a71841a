#include "support/reference/reference.h"

#include <algorithm>

namespace guanxi::reference {
namespace {

std::vector<Event> SortedEvents(const Account& account, uint64_t known_to, Timestamp valid_to) {
  std::vector<Event> events;
  for (const Event& event : account.events)
    if (event.position <= known_to && event.occurred_at <= valid_to) events.push_back(event);
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return std::pair(a.occurred_at, a.position) < std::pair(b.occurred_at, b.position); });
  return events;
}

bool IsFor(const Policy& segment, const AccountFields& account) {
  return (segment.account_type == v1::ACCOUNT_TYPE_UNSPECIFIED || segment.account_type == account.account_type) &&
         (segment.ownership == v1::OWNERSHIP_UNSPECIFIED || segment.ownership == account.ownership) &&
         (segment.industry.empty() || segment.industry == account.industry);
}

// The policy in force, or its part for an account of these fields.
Policy PolicyAt(const Account& account, uint64_t known_to, Timestamp t, const AccountFields& fields) {
  const PolicyAdoption* newest = nullptr;
  for (const PolicyAdoption& adoption : account.adoptions) {
    if (adoption.position > known_to || adoption.effective_at > t) continue;
    const auto rank = [](const PolicyAdoption& a) { return std::pair(a.effective_at, a.control_epoch); };
    if (newest == nullptr || rank(adoption) > rank(*newest)) newest = &adoption;
  }
  const Policy& policy = newest == nullptr ? account.first_policy : newest->policy;
  const auto part = std::find_if(policy.segments.begin(), policy.segments.end(), [&](const Policy& s) { return IsFor(s, fields); });
  return part == policy.segments.end() ? policy : *part;
}

v1::Tier Step(v1::Tier tier, int by) { return static_cast<v1::Tier>(tier + by); }

// The tier machine over one forward walk through the account's time.
class Machine {
 public:
  Machine(const Account& account, uint64_t known_to, State& state) : account_(account), known_to_(known_to), state_(state) {}

  void Assess(Instant now, bool month_end, const std::string& event_id) {
    const Policy policy = PolicyAt(account_, known_to_, now.t, state_.facts.account);
    const View view{state_.facts, now, policy, account_.calendar};
    const auto gates = GatesOf(view);
    const Dimensions dimensions = DimensionsOf(view);
    score_ = ScoreOf(dimensions, policy);
    now_ = now.t;
    event_id_ = event_id;
    Decide(gates, policy, month_end);
    state_.assessments.push_back({now.t, event_id, dimensions, score_, state_.tier, state_.month_ends_below});
  }

 private:
  using Gates = std::map<v1::Tier, std::vector<Gate>>;

  void Decide(const Gates& gates, const Policy& policy, bool month_end) {
    if (!Holds(gates, state_.tier)) return DownByGate(gates, policy);
    if (state_.tier > v1::TIER_ORDINARY && Below(EdgesOf(policy, state_.tier).down)) {
      if (month_end) CountMonthEnd(policy);
      return;
    }
    state_.month_ends_below = 0;
    TryUp(gates, policy);
  }

  static const Edges& EdgesOf(const Policy& policy, v1::Tier tier) { return policy.edges[tier - v1::TIER_PREFERRED]; }
  // No score is below every edge.
  bool Below(int64_t edge) const { return !score_ || *score_ < edge; }

  static bool Holds(const Gates& gates, v1::Tier tier) {
    const auto of_tier = gates.find(tier);
    if (of_tier == gates.end()) return true;
    return std::all_of(of_tier->second.begin(), of_tier->second.end(), [](const Gate& gate) { return gate.holds; });
  }

  void Change(v1::Tier to, TierRule rule, const Policy& policy, int64_t edge) {
    state_.history.push_back({now_, state_.tier, to, rule, event_id_, score_, policy.segment, policy.weight, edge});
    state_.tier = to;
    state_.month_ends_below = 0;
  }

  void DownByGate(const Gates& gates, const Policy& policy) {
    v1::Tier to = Step(state_.tier, -1);
    while (!Holds(gates, to)) to = Step(to, -1);
    Change(to, TierRule::kDownByGate, policy, 0);
  }

  void CountMonthEnd(const Policy& policy) {
    if (++state_.month_ends_below < policy.month_ends_below) return;
    Change(Step(state_.tier, -1), TierRule::kDownByScore, policy, EdgesOf(policy, state_.tier).down);
  }

  void TryUp(const Gates& gates, const Policy& policy) {
    if (state_.tier == v1::TIER_STRATEGIC) return;
    const v1::Tier next = Step(state_.tier, 1);
    if (Below(EdgesOf(policy, next).up) || !Holds(gates, next)) return;
    if (!state_.history.empty() && now_.micros - state_.history.back().at.micros < policy.dwell_days * kMicrosPerDay) return;
    Change(next, TierRule::kUp, policy, EdgesOf(policy, next).up);
  }

  const Account& account_;
  const uint64_t known_to_;
  State& state_;
  std::optional<int64_t> score_;
  Timestamp now_;
  std::string event_id_;
};

void Walk(const Account& account, const std::vector<Event>& events, uint64_t known_to, Timestamp valid_to, State& state) {
  const BusinessCalendar& calendar = account.calendar;
  Machine machine(account, known_to, state);
  Month month = calendar.MonthOf(events.front().occurred_at);
  for (const Event& event : events) {
    for (; calendar.EndOf(month) < event.occurred_at; ++month.index) machine.Assess({calendar.EndOf(month), true}, true, "");
    Apply(state.facts, event, account.id, PolicyAt(account, known_to, event.occurred_at, state.facts.account));
    state.unknown_events += event.body == nullptr;
    if (IsBusinessEvent(event)) machine.Assess({event.occurred_at, false}, false, event.id);
  }
  for (; calendar.EndOf(month) <= valid_to; ++month.index) machine.Assess({calendar.EndOf(month), true}, true, "");
}

void FillCounts(State& state, Timestamp now) {
  for (const auto& [id, opportunity] : state.facts.opportunities)
    if (opportunity.status == OpportunityStatus::kOpen) ++state.open_opportunities[opportunity.stage];
  for (const auto& [id, item] : state.facts.action_items) {
    if (!item.open) continue;
    ++state.open_action_items;
    state.overdue_action_items += item.due && *item.due < now;
  }
  for (const auto& [id, bid] : state.facts.bids) state.open_bids += bid.status == BidStatus::kSubmitted;
  for (const auto& [id, invoice] : state.facts.invoices) state.open_invoices += invoice.Open() > 0;
  const auto& newest = state.facts.override_;
  if (newest && !newest->withdrawn && now < newest->expires) state.override_in_force = newest->tier;
}

}  // namespace

State StateAt(const Account& account, uint64_t known_to, Timestamp valid_to) {
  State state;
  const std::vector<Event> events = SortedEvents(account, known_to, valid_to);
  if (events.empty()) return state;
  state.exists = true;
  Walk(account, events, known_to, valid_to, state);
  state.policy = PolicyAt(account, known_to, valid_to, state.facts.account);
  const View view{state.facts, {valid_to, true}, state.policy, account.calendar};
  state.sums = SumsOf(state.facts, account.calendar);
  state.sla = SlaByMonth(view);
  state.dimensions = DimensionsOf(view);
  state.score = ScoreOf(state.dimensions, state.policy);
  state.gates = GatesOf(view);
  FillCounts(state, valid_to);
  return state;
}

}  // namespace guanxi::reference
