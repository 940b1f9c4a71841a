#include <algorithm>

#include "property/dump.h"

namespace guanxi::property {
namespace {

using namespace relations;  // NOLINT: this file is about nothing else
using std::to_string;

template <class Enum>
std::string Number(Enum value) {
  return to_string(static_cast<int>(value));
}

std::string Text(int16_t value) { return value == kNotApplicable ? "-" : to_string(value); }

std::string Text(const TradeSums& net) {
  return FormatMicros(net.revenue) + " " + FormatMicros(net.profit) + " " + FormatMicros(net.units) + " " +
         FormatMicros(net.project_income);
}

void DumpAccount(const AccountCore& core, Timestamp t, Dump& d) {
  d["version"] = to_string(core.account_version);
  d["account"] = core.name + "|" + Number(core.account_type) + "|" + core.industry + "|" + Number(core.ownership) + "|" + core.region +
                 "|" + std::string(core.currency.view());
  if (core.owner_since) d["owner"] = core.owner + "|" + core.owner_manager + "|" + core.owner_region;
  d["group"] = core.group_account_id;
  d["key_account"] = to_string(core.key_account_since.has_value());
  for (const ExternalId& id : core.external_ids) d["external_id." + id.system + "." + id.external_id] = "linked";
  d["referred_by"] = core.referred_by ? core.referred_by->account_id : "-";
  if (core.declared) d["declared"] = Number(core.declared->tier) + " target " + Number(core.declared->target);
  const TierOverride* in_force = OverrideInForce(core, t);
  d["override"] = in_force ? Number(in_force->tier) : "-";
}

// The gate's key in the policy file: its name in lower case.
std::string KeyOf(GateKind kind) {
  std::string key(NameOf(kind));
  std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return key;
}

void DumpTier(const EngineState& s, Dump& d) {
  d["tier"] = Number(s.rows.core.tier.tier);
  d["tier.month_ends_below"] = to_string(s.rows.core.tier.month_ends_below);
  for (size_t i = 0; i < s.history.size(); ++i) {
    const TierChange& change = s.history[i];
    const char* rule = change.rule == TierRuleKind::kScoreUp ? "up" : change.rule == TierRuleKind::kGate ? "gate" : "score";
    d["tier.change." + to_string(i)] =
        FormatTimestamp(change.at) + " " + Number(change.from) + ">" + Number(change.to) + " " + rule + " at " + Text(change.score) +
        " by " + (change.rule == TierRuleKind::kGate ? "0" : to_string(change.threshold)) + " of " + change.policy_segment;
    for (const int16_t weight : change.weights) d["tier.change." + to_string(i)] += " " + to_string(weight);
  }
  for (const auto& [position, machine] : s.assessments) {
    std::string& line = d["assessment.e" + to_string(position)];
    for (const int16_t dimension : machine.dimensions) line += Text(dimension) + " ";
    line += "score " + Text(machine.score) + " tier " + Number(machine.tier) + " below " + to_string(machine.month_ends_below);
  }
  for (size_t i = 0; i < kDimensionCount; ++i) d["dimension." + to_string(i)] = Text(s.evaluation.dimensions[i]);
  d["score"] = Text(s.evaluation.score);
  for (const GateResult& gate : s.assessment.gates) d["gate." + Number(gate.tier) + "." + KeyOf(gate.kind)] = gate.pass ? "holds" : "fails";
  d["policy"] = s.assessment.policy_name + " " + to_string(s.assessment.policy_version) + " " + s.assessment.policy_segment;
}

void DumpMissing(const Assessment& assessment, Dump& d) {
  for (const Shortfall& missing : assessment.missing) {
    switch (missing.kind) {
      case Shortfall::Kind::kScore:
        d["missing.score"] = (assessment.score ? to_string(*assessment.score) : "-") + " needs " + to_string(missing.needed);
        break;
      case Shortfall::Kind::kGate:
        d["missing.gate." + KeyOf(missing.gate)] = "fails";
        break;
      case Shortfall::Kind::kDwell:
        d["missing.dwell"] = "until " + FormatTimestamp(Timestamp{missing.needed});
        break;
    }
  }
}

void DumpSums(const EngineState& s, const reference::Account& account, Timestamp t, Dump& d) {
  for (const auto& [key, child] : s.rows.children)
    if (const auto* month = std::get_if<MonthSums>(&child))
      for (const MonthOfCurrency& sums : month->currencies)
        d["month." + key.id + "." + std::string(sums.currency.view())] = to_string(sums.orders) + " orders " + Text(sums.net);
  for (const CurrencyTotal& total : s.rows.core.totals) {
    const std::string currency(total.currency.view());
    if (total.orders > 0 || !(total.net == TradeSums{})) d["total." + currency] = to_string(total.orders) + " orders " + Text(total.net);
    if (total.invoiced != 0)
      d["owed." + currency] =
          FormatMicros(total.invoiced) + " invoiced " + FormatMicros(total.paid) + " paid " + FormatMicros(total.open) + " open";
  }
  const Month last = account.calendar.MonthOf(t);
  for (const MonthBucket& month : s.rows.core.months)
    if (month.sla_hits + month.sla_misses > 0 && month.month <= last && month.month.index > last.index - 12)
      d["sla." + FormatMonth(month.month)] = to_string(month.sla_hits) + "/" + to_string(month.sla_misses);
  d["overdue"] = FormatMicros(OverdueAmount(s.rows.core, t, 0, account.calendar)) + " of it 60 days " +
                 FormatMicros(OverdueAmount(s.rows.core, t, 60, account.calendar));
}

struct ChildDumper {
  const std::string& id;
  Dump& d;

  void operator()(const Contact& c) const {
    d["contact." + id] = !c.present ? "removed" : c.department + "|" + Number(c.level) + Number(c.role) + Number(c.stance);
  }
  void operator()(const Opportunity& o) const {
    d["opportunity." + id] = Number(o.stage) + " " + Number(o.state) + " " + to_string(o.regressions);
  }
  void operator()(const Bid& bid) const { d["bid." + id] = Number(bid.state); }
  void operator()(const Contract& c) const { d["contract." + id] = FormatTimestamp(c.starts_at) + " to " + FormatTimestamp(c.ends_at); }
  void operator()(const Order& order) const { d["order." + id] = order.cancelled_at ? "cancelled" : "placed"; }
  void operator()(const Invoice& i) const {
    d["invoice." + id] = FormatMicros(i.open_micros) + " open" + (i.cancelled_at ? " cancelled" : "");
  }
  void operator()(const ActionItemRow& item) const { d["action_item." + id] = item.state == ActionItemState::kOpen ? "open" : "ended"; }
  void operator()(const Project& project) const { d["project." + id] = project.ended_at ? "ended" : "running"; }
  void operator()(const Trial& trial) const { d["trial." + id] = trial.ended_at ? "ended" : "running"; }
  void operator()(const Complaint& c) const {
    constexpr const char* kStates[] = {"open", "paused", "resolved", "closed"};
    d["complaint." + id] =
        std::string(kStates[static_cast<int>(c.state)]) + (c.acknowledged ? " acknowledged" : "") + (c.recurrence ? " recurrence" : "");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

void DumpCounts(const AccountCore& core, Timestamp t, Dump& d) {
  const Counts& c = core.counts;
  const auto count = [&](const char* name, uint64_t n) { d[std::string("count.") + name] = to_string(n); };
  count("contacts", c.contacts), count("supporters", c.supporters), count("visits", c.visits);
  count("orders", c.orders), count("cancellations", c.order_cancellations), count("credit_notes", c.credit_notes);
  count("contracts", c.contracts), count("projects", c.joint_projects), count("trials", c.trials);
  count("invoices", c.invoices), count("payments", c.payments);
  count("opportunities.0", c.opportunities_open), count("opportunities.1", c.opportunities_won);
  count("opportunities.2", c.opportunities_lost), count("opportunities.3", c.opportunities_abandoned);
  count("bids.submitted", c.bids_submitted), count("bids.won", c.bids_won), count("bids.lost", c.bids_lost);
  count("bids.open", c.bids_open), count("invoices.open", c.invoices_open), count("unknown", c.unknown_events);
  d["count.action_items"] = to_string(c.action_items_open) + " overdue " + to_string(OverdueActionItems(core, t));
  count("complaints", c.complaints), count("complaints.critical", c.complaints_open_critical);
  count("complaints.other", c.complaints_open_other);
  d["count.surveys"] = to_string(c.surveys_sent) + " answered " + to_string(c.surveys_answered);
  count("referrals", c.referrals_received);
}

std::string NextClockDue(const AccountCore& core) {
  std::optional<Timestamp> earliest;
  for (const SlaClock& clock : core.sla_clocks)
    for (const auto& due : {clock.response_due, clock.resolution_due})
      if (due && !clock.paused_at && (!earliest || *due < *earliest)) earliest = due;
  return earliest ? FormatTimestamp(*earliest) : "-";
}

}  // namespace

Dump DumpOf(const EngineState& state, const reference::Account& account, Timestamp t) {
  Dump d;
  DumpAccount(state.rows.core, t, d);
  DumpTier(state, d);
  DumpMissing(state.assessment, d);
  DumpSums(state, account, t, d);
  for (const auto& [key, child] : state.rows.children) std::visit(ChildDumper{key.id, d}, child);
  DumpCounts(state.rows.core, t, d);
  for (const auto& [position, kinds] : state.anomalies)
    for (const std::string& kind : kinds) d["anomaly.e" + to_string(position)] += kind + " ";
  d["sla.next_due"] = NextClockDue(state.rows.core);
  return d;
}

}  // namespace guanxi::property
