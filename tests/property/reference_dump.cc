#include <algorithm>

#include "property/dump.h"

namespace guanxi::property {
namespace {

namespace v1 = event::v1;
using reference::State;
using std::to_string;

std::string Text(const std::optional<int64_t>& value) { return value ? to_string(*value) : "-"; }

void DumpAccount(const State& s, Dump& d) {
  const reference::Facts& f = s.facts;
  d["version"] = to_string(f.version);
  d["account"] = f.account.name + "|" + to_string(f.account.account_type) + "|" + f.account.industry + "|" +
                 to_string(f.account.ownership) + "|" + f.account.region + "|" + f.currency;
  if (f.owner) d["owner"] = f.owner->owner + "|" + f.owner->manager + "|" + f.owner->region;
  d["group"] = f.group;
  d["key_account"] = to_string(f.key_account);
  for (const auto& [system, id] : f.external_ids) d["external_id." + system + "." + id] = "linked";
  d["referred_by"] = f.referred_by.value_or("-");
  if (f.declared) d["declared"] = to_string(*f.declared) + " target " + to_string(*f.declared_target);
  d["override"] = s.override_in_force ? to_string(*s.override_in_force) : "-";
}

void DumpTier(const State& s, Dump& d) {
  d["tier"] = to_string(s.tier);
  d["tier.month_ends_below"] = to_string(s.month_ends_below);
  for (size_t i = 0; i < s.history.size(); ++i) {
    const reference::TierChange& change = s.history[i];
    const char* rule = change.rule == reference::TierRule::kUp ? "up" : change.rule == reference::TierRule::kDownByGate ? "gate" : "score";
    d["tier.change." + to_string(i)] = FormatTimestamp(change.at) + " " + to_string(change.from) + ">" + to_string(change.to) + " " + rule +
                                       " at " + Text(change.score) + " by " + to_string(change.edge) + " of " + change.segment;
    for (const int64_t weight : change.weights) d["tier.change." + to_string(i)] += " " + to_string(weight);
  }
  for (const reference::Assessed& a : s.assessments) {
    if (a.event_id.empty()) continue;
    std::string& line = d["assessment." + a.event_id];
    for (const auto& dimension : a.dimensions) line += Text(dimension) + " ";
    line += "score " + Text(a.score) + " tier " + to_string(a.tier) + " below " + to_string(a.month_ends_below);
  }
  for (int i = 0; i < reference::kDimensions; ++i) d["dimension." + to_string(i)] = Text(s.dimensions[i]);
  d["score"] = Text(s.score);
  for (const auto& [tier, gates] : s.gates)
    for (const reference::Gate& gate : gates) d["gate." + to_string(tier) + "." + gate.name] = gate.holds ? "holds" : "fails";
  d["policy"] = s.policy.name + " " + to_string(s.policy.version) + " " + s.policy.segment;
}

// What stands between the account and its next tier.
void DumpMissing(const State& s, Timestamp t, Dump& d) {
  if (s.tier == v1::TIER_STRATEGIC) return;
  const auto next = static_cast<v1::Tier>(s.tier + 1);
  const int64_t up = s.policy.edges[next - v1::TIER_PREFERRED].up;
  if (!s.score || *s.score < up) d["missing.score"] = Text(s.score) + " needs " + to_string(up);
  for (const reference::Gate& gate : s.gates.at(next))
    if (!gate.holds) d["missing.gate." + gate.name] = "fails";
  if (s.history.empty()) return;
  const Timestamp from{s.history.back().at.micros + s.policy.dwell_days * kMicrosPerDay};
  if (t < from) d["missing.dwell"] = "until " + FormatTimestamp(from);
}

void DumpSums(const State& s, const reference::Account& account, Timestamp t, Dump& d) {
  std::map<std::string, reference::MonthSums> totals;
  for (const auto& [currency, months] : s.sums) {
    for (const auto& [month, sums] : months) {
      d["month." + FormatMonth(month) + "." + currency] = to_string(sums.orders) + " orders " + FormatMicros(sums.revenue) + " " +
                                                          FormatMicros(sums.profit) + " " + FormatMicros(sums.units) + " " +
                                                          FormatMicros(sums.project_income);
      reference::MonthSums& total = totals[currency];
      total.orders += sums.orders, total.revenue += sums.revenue, total.profit += sums.profit;
      total.units += sums.units, total.project_income += sums.project_income;
    }
  }
  for (const auto& [currency, total] : totals)
    d["total." + currency] = to_string(total.orders) + " orders " + FormatMicros(total.revenue) + " " + FormatMicros(total.profit) + " " +
                             FormatMicros(total.units) + " " + FormatMicros(total.project_income);
  const Month last = account.calendar.MonthOf(t);
  for (const auto& [month, counts] : s.sla)
    if (month <= last && month.index > last.index - 12)
      d["sla." + FormatMonth(month)] = to_string(counts.hits) + "/" + to_string(counts.misses);
}

void DumpInvoices(const State& s, const reference::Account& account, Timestamp t, Dump& d) {
  std::map<std::string, std::array<int128, 3>> owed;
  int128 overdue = 0, overdue_60 = 0;
  for (const auto& [id, invoice] : s.facts.invoices) {
    int128 paid = 0;
    for (const reference::Payment& payment : invoice.payments) paid += payment.amount;
    auto& [invoiced, all_paid, open] = owed[invoice.currency];
    invoiced += invoice.amount, all_paid += paid, open += invoice.Open();
    d["invoice." + id] = FormatMicros(invoice.Open()) + " open" + (invoice.written_off ? " cancelled" : "");
    const int32_t late = account.calendar.DayOf(t).index - account.calendar.DayOf(invoice.due).index;
    if (invoice.currency != s.facts.currency) continue;
    if (late > 0) overdue += invoice.Open();
    if (late > 60) overdue_60 += invoice.Open();
  }
  for (const auto& [currency, sums] : owed)
    d["owed." + currency] = FormatMicros(sums[0]) + " invoiced " + FormatMicros(sums[1]) + " paid " + FormatMicros(sums[2]) + " open";
  d["overdue"] = FormatMicros(overdue) + " of it 60 days " + FormatMicros(overdue_60);
}

void DumpChildren(const State& s, Dump& d) {
  const reference::Facts& f = s.facts;
  for (const auto& [id, c] : f.contacts)
    d["contact." + id] = !c.present ? "removed" : c.department + "|" + to_string(c.level) + to_string(c.role) + to_string(c.stance);
  for (const auto& [id, o] : f.opportunities)
    d["opportunity." + id] = to_string(o.stage) + " " + to_string(static_cast<int>(o.status)) + " " + to_string(o.regressions);
  for (const auto& [id, bid] : f.bids) d["bid." + id] = to_string(static_cast<int>(bid.status));
  for (const auto& [id, c] : f.contracts) d["contract." + id] = FormatTimestamp(c.starts) + " to " + FormatTimestamp(c.ends);
  for (const auto& [id, order] : f.orders) d["order." + id] = order.cancelled_at ? "cancelled" : "placed";
  for (const auto& [id, item] : f.action_items) d["action_item." + id] = item.open ? "open" : "ended";
  for (const auto& [id, start] : f.projects) d["project." + id] = start.ended ? "ended" : "running";
  for (const auto& [id, start] : f.trials) d["trial." + id] = start.ended ? "ended" : "running";
  for (const auto& [id, c] : f.complaints)
    d["complaint." + id] = std::string(c.paused   ? "paused"
                                       : c.open   ? "open"
                                       : c.closed ? "closed"
                                                  : "resolved") +
                           (c.acknowledged ? " acknowledged" : "") + (c.recurrence ? " recurrence" : "");
}

void DumpCounts(const State& s, Dump& d) {
  const reference::Facts& f = s.facts;
  const auto count = [&](const std::string& name, const auto& map, auto predicate) {
    d["count." + name] = to_string(std::count_if(map.begin(), map.end(), [&](const auto& entry) { return predicate(entry.second); }));
  };
  const auto all = [](const auto&) { return true; };
  const auto friendly = [](const auto& c) { return c.stance == v1::STANCE_SUPPORTER || c.stance == v1::STANCE_MENTOR; };
  count("contacts", f.contacts, [](const auto& c) { return c.present; });
  count("supporters", f.contacts, [&](const auto& c) { return c.present && friendly(c); });
  d["count.visits"] = to_string(f.visits.size());
  count("orders", f.orders, all);
  count("cancellations", f.orders, [](const auto& o) { return o.cancelled_at.has_value(); });
  count("credit_notes", f.credit_notes, all);
  count("contracts", f.contracts, all);
  count("projects", f.projects, all);
  count("trials", f.trials, all);
  count("invoices", f.invoices, all);
  d["count.payments"] = to_string(f.payment_ids.size());
  for (int status = 0; status < 4; ++status)
    count("opportunities." + to_string(status), f.opportunities, [&](const auto& o) { return static_cast<int>(o.status) == status; });
  count("bids.submitted", f.bids, [](const auto& b) { return b.submitted; });
  count("bids.won", f.bids, [](const auto& b) { return b.status == reference::BidStatus::kWon; });
  count("bids.lost", f.bids, [](const auto& b) { return b.status == reference::BidStatus::kLost; });
  d["count.bids.open"] = to_string(s.open_bids);
  d["count.invoices.open"] = to_string(s.open_invoices);
  d["count.unknown"] = to_string(s.unknown_events);
  d["count.action_items"] = to_string(s.open_action_items) + " overdue " + to_string(s.overdue_action_items);
  count("complaints", f.complaints, all);
  count("complaints.critical", f.complaints, [](const auto& c) { return c.open && c.critical; });
  count("complaints.other", f.complaints, [](const auto& c) { return c.open && !c.critical; });
  d["count.surveys"] = to_string(f.surveys.size()) + " answered " + to_string(f.surveys_answered.size());
  d["count.referrals"] = to_string(f.referrals_received.size());
}

void DumpAnomalies(const State& s, Dump& d) {
  for (const auto& [event, kinds] : s.facts.anomalies)
    for (const std::string& kind : kinds) d["anomaly." + event] += kind + " ";
}

}  // namespace

Dump DumpOf(const State& state, const reference::Account& account, Timestamp t) {
  Dump d;
  DumpAccount(state, d);
  DumpTier(state, d);
  DumpMissing(state, t, d);
  DumpSums(state, account, t, d);
  DumpInvoices(state, account, t, d);
  DumpChildren(state, d);
  DumpCounts(state, d);
  DumpAnomalies(state, d);
  std::optional<Timestamp> due;
  for (const auto& [id, complaint] : state.facts.complaints)
    for (const Timestamp running : reference::RunningDues(complaint, {t, true})) due = due ? std::min(*due, running) : running;
  d["sla.next_due"] = due ? FormatTimestamp(*due) : "-";
  return d;
}

std::string Difference(const Dump& reference, const Dump& engine) {
  std::string text;
  Dump keys = reference;
  keys.insert(engine.begin(), engine.end());
  for (const auto& [key, unused] : keys) {
    const auto ours = reference.find(key), theirs = engine.find(key);
    const std::string a = ours == reference.end() ? "(none)" : ours->second, b = theirs == engine.end() ? "(none)" : theirs->second;
    if (a != b) text += "  " + key + "\n    - " + a + "\n    + " + b + "\n";
  }
  return text;
}

std::string Story(const reference::Account& account) {
  std::string text = "offset " + to_string(account.calendar.utc_offset_micros() / kMicrosPerHour) + " h\n";
  for (const auto& adoption : account.adoptions)
    text += "policy " + adoption.policy.name + " " + to_string(adoption.policy.version) + " from " +
            FormatTimestamp(adoption.effective_at) + " known at " + to_string(adoption.position) + "\n";
  for (const reference::Event& event : account.events) {
    text += to_string(event.position) + " " + FormatTimestamp(event.occurred_at) + " ";
    text += event.body == nullptr ? "unknown" : event.body->GetDescriptor()->name() + " {" + event.body->ShortDebugString() + "}";
    text += "\n";
  }
  return text;
}

}  // namespace guanxi::property
