#include "relations/applier.h"
#include "relations/name_table.h"

namespace guanxi::relations {
namespace {

bool IsKnown(Level level) { return level > Level::kUnspecified && level <= Level::kExecutive; }

// The due dates of open items, with their number: one more or one less.
bool AddDue(std::vector<OpenItemDue>& dues, Timestamp due_at) {
  const auto at = std::lower_bound(dues.begin(), dues.end(), due_at, [](const OpenItemDue& d, Timestamp t) { return d.due_at < t; });
  if (at != dues.end() && at->due_at == due_at) {
    ++at->items;
    return true;
  }
  if (dues.size() == kOpenItemDuesMax) return false;
  dues.insert(at, {due_at, 1});
  return true;
}

void RemoveDue(std::vector<OpenItemDue>& dues, Timestamp due_at) {
  const auto at = std::lower_bound(dues.begin(), dues.end(), due_at, [](const OpenItemDue& d, Timestamp t) { return d.due_at < t; });
  if (at != dues.end() && at->due_at == due_at && --at->items == 0) dues.erase(at);
}

}  // namespace

// What the participant adds to the month: a level, a department, a decision maker.
void Applier::MeetCustomer(const CustomerParticipant& customer, Visit& visit, bool& decision_maker) {
  Contact* contact = nullptr;
  const Contact* known = customer.contact_id.empty() ? nullptr : children_.Find<Contact>(customer.contact_id);
  if (known && known->present) contact = children_.Edit<Contact>(customer.contact_id);
  if (contact) contact->last_met_at = now();
  if (!contact && !customer.contact_id.empty() && !IsKnown(customer.level)) Report(AnomalyKind::CONTACT_UNKNOWN, customer.contact_id);

  const Level level = IsKnown(customer.level) || !contact ? customer.level : contact->level;
  if (IsKnown(level)) {
    bucket().levels_met |= static_cast<uint8_t>(1u << static_cast<unsigned>(level));
    visit.highest_level = std::max(visit.highest_level, level);
  }
  AddName(core_.departments, bucket().departments_met, customer.department.empty() && contact ? contact->department : customer.department);
  const CommitteeRole role = customer.role != CommitteeRole::kUnspecified || !contact ? customer.role : contact->role;
  decision_maker |= role == CommitteeRole::kDecisionMaker;
}

void Applier::Apply(const VisitHeld& e) {
  if (!IsNew<Visit>(e.visit_id, AnomalyKind::VISIT_ALREADY_HELD)) return;
  const bool later = core_.counts.visits > 0;
  if (later && e.first) Report(AnomalyKind::VISIT_NOT_FIRST, e.visit_id);
  if (later && e.review_of.empty()) Report(AnomalyKind::VISIT_REVIEW_MISSING, e.visit_id);
  if (!e.review_of.empty() && e.review_of != core_.last_visit_id) Report(AnomalyKind::VISIT_REVIEW_NOT_PREVIOUS, e.review_of);

  Visit visit{.held_at = now(),
              .kind = e.kind,
              .review_of = e.review_of,
              .planned_minutes = e.planned_minutes,
              .actual_minutes = e.actual_minutes,
              .customers = static_cast<uint32_t>(e.customers.size()),
              .ours = static_cast<uint32_t>(e.ours.size()),
              .position = position()};
  bool decision_maker = false;
  for (const CustomerParticipant& customer : e.customers) MeetCustomer(customer, visit, decision_maker);
  const bool our_executive =
      std::any_of(e.ours.begin(), e.ours.end(), [](const OurParticipant& p) { return p.level == Level::kExecutive; });
  visit.executive_to_executive = our_executive && visit.highest_level == Level::kExecutive;

  ++bucket().visits;
  Evidence(EvidenceClass::kVisit);
  if (visit.executive_to_executive) ++bucket().executive_meetings, Evidence(EvidenceClass::kExecutiveMeeting);
  if (decision_maker) ++bucket().decision_maker_visits, Evidence(EvidenceClass::kDecisionMaker);
  ++core_.counts.visits;
  core_.last_visit_id = e.visit_id;
  core_.last_visit_at = now();
  children_.Put(e.visit_id, std::move(visit));
}

void Applier::AddActionItem(const ActionItem& item, std::string_view minutes_id) {
  if (!IsNew<ActionItemRow>(item.item_id, AnomalyKind::ACTION_ITEM_ALREADY_RECORDED)) return;
  ActionItemRow row{.text = item.text,
                    .owner = item.owner,
                    .minutes_id = std::string(minutes_id),
                    .due_at = item.due_at,
                    .recorded_at = now(),
                    .position = position()};
  row.due_in_core = item.due_at && AddDue(core_.open_item_dues, *item.due_at);
  ++core_.counts.action_items_open;
  children_.Put(item.item_id, std::move(row));
}

void Applier::Apply(const MinutesRecorded& e) {
  if (!IsNew<Minutes>(e.minutes_id, AnomalyKind::MINUTES_ALREADY_RECORDED)) return;
  children_.Put(e.minutes_id, Minutes{e.visit_id, now(), static_cast<uint32_t>(e.action_items.size()), position()});
  for (const ActionItem& item : e.action_items) AddActionItem(item, e.minutes_id);
}

void Applier::EndActionItem(std::string_view id, ActionItemState state) {
  const ActionItemRow* known = children_.Find<ActionItemRow>(id);
  if (!known) return Report(AnomalyKind::ACTION_ITEM_UNKNOWN, id);
  if (known->state != ActionItemState::kOpen) return Report(AnomalyKind::ACTION_ITEM_ALREADY_ENDED, id);
  ActionItemRow& item = *children_.Edit<ActionItemRow>(id);
  if (item.due_in_core && item.due_at) RemoveDue(core_.open_item_dues, *item.due_at);
  item.due_in_core = false;
  item.state = state;
  item.ended_at = now();
  item.position = position();
  --core_.counts.action_items_open;
}

void Applier::Apply(const ActionItemDone& e) { EndActionItem(e.item_id, ActionItemState::kDone); }
void Applier::Apply(const ActionItemDropped& e) { EndActionItem(e.item_id, ActionItemState::kDropped); }

}  // namespace guanxi::relations
