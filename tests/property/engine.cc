#include "property/engine.h"

#include <algorithm>
#include <stdexcept>

#include "codec/event_decoder.h"
#include "relations/row_coding.h"

namespace guanxi::property {
namespace {

using relations::ChildKey;
using relations::ChildSet;

int32_t Narrow(int64_t n) { return static_cast<int32_t>(n); }

relations::GateKind GateOf(const std::string& name) {
  using relations::GateKind;
  static const std::map<std::string, GateKind> kKinds = {
      {"orders_or_contracts", GateKind::kOrdersOrContracts},  {"active_contracts", GateKind::kActiveContracts},
      {"departments_met", GateKind::kDepartmentsMet},         {"levels_met", GateKind::kLevelsMet},
      {"decision_maker_met", GateKind::kDecisionMakerMet},    {"lines_or_joint_project", GateKind::kLinesOrJointProject},
      {"executive_meeting", GateKind::kExecutiveMeeting},     {"contract_of_months", GateKind::kContractOfMonths},
      {"critical_complaints", GateKind::kCriticalComplaints}, {"overdue_days", GateKind::kOverdueDays},
      {"months_with_orders", GateKind::kMonthsWithOrders},    {"years_since_first", GateKind::kYearsSinceFirst}};
  return kKinds.at(name);
}

relations::PolicyLineage LineageOf(const reference::Account& account) {
  relations::PolicyLineage lineage;
  for (const reference::PolicyAdoption& adoption : account.adoptions)
    lineage.Adopt(ToEngine(adoption.policy), adoption.effective_at, adoption.control_epoch, Position(adoption.position));
  return lineage;
}

// As the log stores the event and the partition reads it back.
relations::Event Decode(const reference::Event& event, codec::EventDecoder& decoder) {
  const codec::Record record = RecordOf("acme", event);
  auto decoded = decoder.DecodeEvent(record.View(), Position(event.position));
  if (!decoded.ok()) throw std::logic_error("a drawn event is refused: " + std::string(decoded.status().message()));
  return *std::move(decoded);
}

std::vector<relations::Event> EventsInOrder(const reference::Account& account, uint64_t known_to, Timestamp valid_to) {
  codec::EventDecoder decoder;
  std::vector<relations::Event> events;
  for (const reference::Event& event : account.events)
    if (event.position <= known_to && event.occurred_at <= valid_to) events.push_back(Decode(event, decoder));
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.occurred_at < b.occurred_at; });
  return events;
}

void Load(const std::vector<ChildKey>& keys, const Rows& rows, ChildSet& children) {
  for (const ChildKey& key : keys) {
    const auto stored = rows.children.find(key);
    if (stored != rows.children.end() && children.Find(key) == nullptr) children.Load(key, stored->second);
  }
}

relations::Child ThroughRow(const ChildKey& key, const relations::Child& child) {
  const std::string row = relations::EncodedChild(child);
  auto decoded = relations::DecodeChild(key.kind, row);
  if (!decoded.ok()) throw std::logic_error("the row of " + key.id + " does not decode");
  if (relations::EncodedChild(*decoded) != row) throw std::logic_error("the row of " + key.id + " has two encodings");
  return *std::move(decoded);
}

relations::AccountCore ThroughRow(const relations::AccountCore& core) {
  const std::string row = relations::EncodedCore(core);
  auto decoded = relations::DecodeCore(row);
  if (!decoded.ok()) throw std::logic_error("the core's row does not decode: " + std::string(decoded.status().message()));
  if (relations::EncodedCore(*decoded) != row) throw std::logic_error("the core has two encodings");
  return *std::move(decoded);
}

void WriteBack(ChildSet& children, const Manner& manner, Rows& rows) {
  if (manner.through_rows && rows.core.account_version > 0) rows.core = ThroughRow(rows.core);
  children.ForEachDirty([&](const ChildKey& key, const relations::Child* child) {
    if (child == nullptr)
      rows.children.erase(key);
    else
      rows.children[key] = manner.through_rows ? ThroughRow(key, *child) : *child;
  });
  children.clear();
}

void Collect(const relations::Transition& transition, EngineState& state) {
  for (const auto& change : transition.tier_changes) state.history.push_back(change);
  for (const auto& anomaly : transition.anomalies) state.anomalies[anomaly.position.value].emplace_back(NameOf(anomaly.kind));
}

// Advances in place to shares of the way to the next event, never to its instant.
void StopOnTheWay(const Manner& manner, Timestamp next, const relations::FoldContext& context, EngineState& state) {
  if (state.rows.core.account_version == 0) return;
  for (const int share : manner.stops) {
    const Timestamp from = state.rows.core.swept_to;
    if (from.micros + 1 >= next.micros) return;
    const Timestamp stop{from.micros + static_cast<int64_t>(int128{next.micros - 1 - from.micros} * share / 255)};
    Collect(AdvanceTo(state.rows.core, stop, context), state);
  }
}

// Whatever happens on the way happens at a due instant.
void StepTo(Timestamp t, const relations::FoldContext& context, EngineState& state) {
  relations::AccountCore& core = state.rows.core;
  for (auto due = NextDue(core, context); due && *due <= t; due = NextDue(core, context)) {
    if (!AdvanceTo(core, Timestamp{due->micros - 1}, context).empty()) throw std::logic_error("something happened before it was due");
    Collect(AdvanceTo(core, *due, context), state);
  }
}

}  // namespace

codec::Record RecordOf(const std::string& account, const reference::Event& event) {
  codec::Record record;
  record.occurred_at = event.occurred_at;
  record.account_id = account;
  record.source = "/property";
  record.id = event.id;
  record.actor = "li";
  record.type_name = "guanxi.event.v1.SomethingNew";
  if (event.body != nullptr) {
    record.type = static_cast<uint16_t>(relations::EventTypeFromName(event.body->GetDescriptor()->full_name()));
    record.type_name.clear();
    record.payload = event.body->SerializeAsString();
  }
  return record;
}

relations::Policy ToEngine(const reference::Policy& p) {
  relations::Policy e;
  e.name = p.name;
  e.version = p.version;
  for (int i = 0; i < reference::kDimensions; ++i) {
    e.weights[i] = Narrow(p.weight[i]);
    e.missing[i] = static_cast<relations::MissingTreatment>(p.when_missing[i]);
  }
  for (size_t i = 0; i < 5; ++i) e.height.base[i] = Narrow(p.height_base[i]);
  e.height.per_executive_meeting = Narrow(p.executive_meeting_points);
  e.height.executive_meetings_max = Narrow(p.executive_meetings_counted);
  e.breadth = {Narrow(p.department_points), Narrow(p.departments_counted), Narrow(p.level_points),
               Narrow(p.levels_counted),    Narrow(p.line_points),         Narrow(p.lines_counted)};
  e.depth = {Narrow(p.active_contract_points), Narrow(p.long_contract_points), Narrow(p.long_contract_months),
             Narrow(p.project_points),         Narrow(p.project_points_limit), Narrow(p.supporter_points),
             Narrow(p.supporter_points_limit), Narrow(p.depth_year_points),    Narrow(p.depth_year_points_limit)};
  e.measure = static_cast<relations::Measure>(p.measure);
  for (const auto& [amount, points] : p.value_bands) e.value_bands.push_back({amount, Narrow(points)});
  e.payment_full_days = Narrow(p.payment_days);
  e.service = {Narrow(p.open_critical_points), Narrow(p.open_other_points), Narrow(p.recurrence_points), Narrow(p.sla_points)};
  e.loyalty = {Narrow(p.loyalty_month_points), Narrow(p.loyalty_year_points), Narrow(p.loyalty_years_counted)};
  for (size_t i = 0; i < 3; ++i) {
    e.tiers[i].up = Narrow(p.edges[i].up);
    e.tiers[i].down = Narrow(p.edges[i].down);
    for (const auto& gate : p.gates[i]) e.tiers[i].gates.push_back({GateOf(gate.name), Narrow(gate.threshold)});
  }
  e.dwell_days = Narrow(p.dwell_days);
  e.month_ends_down = Narrow(p.month_ends_below);
  e.sla_normal = {Narrow(p.first_response_hours), Narrow(p.resolution_hours)};
  e.sla_critical = {Narrow(p.critical_first_response_hours), Narrow(p.critical_resolution_hours)};
  e.recurrence_days = Narrow(p.recurrence_days);
  e.segment = {p.segment, static_cast<relations::AccountType>(p.account_type), static_cast<relations::Ownership>(p.ownership), p.industry};
  for (const reference::Policy& segment : p.segments) e.segments.push_back(ToEngine(segment));
  return e;
}

EngineState RunEngine(const reference::Account& account, uint64_t known_to, Timestamp valid_to, const Manner& manner) {
  const relations::PolicyLineage lineage = LineageOf(account);
  const relations::FoldContext context{lineage, Position(known_to), account.calendar};
  EngineState state;
  state.rows.core.id = AccountId(account.id);
  ChildSet children;
  size_t in_batch = 0;
  for (const relations::Event& event : EventsInOrder(account, known_to, valid_to)) {
    StopOnTheWay(manner, event.occurred_at, context, state);
    Load(ChildrenNeeded(state.rows.core, event, account.calendar), state.rows, children);
    Collect(Fold(state.rows.core, children, event, context), state);
    if (relations::EntryOf(event.type).family == relations::EventFamily::kBusiness)
      state.assessments[event.position.value] = state.rows.core.tier;
    if (++in_batch % manner.batch == 0) WriteBack(children, manner, state.rows);
  }
  WriteBack(children, manner, state.rows);
  if (manner.due_to_due) StepTo(valid_to, context, state);
  Collect(AdvanceTo(state.rows.core, valid_to, context), state);
  const relations::Policy& policy = context.PolicyOf(state.rows.core, valid_to);
  state.evaluation = Evaluate(state.rows.core, valid_to, policy, account.calendar);
  state.assessment = Assess(state.rows.core, valid_to, policy, account.calendar);
  return state;
}

}  // namespace guanxi::property
