#include <algorithm>

#include "support/reference/reference.h"

namespace guanxi::reference {
namespace {

template <class Map, class Predicate>
bool AnyOf(const Map& map, Predicate predicate) {
  return std::any_of(map.begin(), map.end(), [&](const auto& entry) { return predicate(entry.second); });
}

bool DecisionMakerMet(const View& view) {
  for (const Visit& visit : view.facts.visits)
    if (view.InW12(visit.at))
      for (const Met& met : visit.met)
        if (met.role == v1::COMMITTEE_ROLE_DECISION_MAKER) return true;
  return false;
}

bool ExecutivesMet(const View& view) {
  return std::any_of(view.facts.visits.begin(), view.facts.visits.end(), [&](const Visit& visit) {
    return view.InLastMonths(visit.at, static_cast<int32_t>(view.policy.strategic_meeting_months)) && IsExecutiveMeeting(visit);
  });
}

bool LongOverdue(const View& view, const Invoice& invoice) {
  if (invoice.currency != view.facts.currency || invoice.Open() == 0) return false;
  return view.calendar.DayOf(view.now.t).index - view.calendar.DayOf(invoice.due).index > view.policy.strategic_overdue_days;
}

std::vector<Gate> Preferred(const View& view) {
  const bool ordered = AnyOf(view.facts.orders, [&](const Order& order) { return view.InW12(order.at); });
  const bool under_contract = AnyOf(view.facts.contracts, [&](const Contract& c) { return ActiveInW12(c, view); });
  return {{"order_or_contract", ordered || under_contract}};
}

std::vector<Gate> Partner(const View& view) {
  const Policy& p = view.policy;
  const bool project = AnyOf(view.facts.projects, [&](const Start& start) { return view.InW12(start.at); });
  return {{"active_contract", AnyOf(view.facts.contracts, [&](const Contract& c) { return ActiveAt(c, view.now.t); })},
          {"departments_met", static_cast<int64_t>(DepartmentsMet(view).size()) >= p.partner_departments},
          {"levels_met", static_cast<int64_t>(LevelsMet(view).size()) >= p.partner_levels},
          {"decision_maker_met", DecisionMakerMet(view)},
          {"lines_or_joint_project", project || static_cast<int64_t>(BusinessLines(view).size()) >= p.partner_lines}};
}

std::vector<Gate> Strategic(const View& view) {
  const auto& f = view.facts;
  const auto active_long = [&](const Contract& c) { return ActiveAt(c, view.now.t) && OfTwelveMonths(c, view.calendar); };
  return {{"executive_meeting", ExecutivesMet(view)},
          {"long_contract", AnyOf(f.contracts, active_long)},
          {"no_open_critical_complaint", !AnyOf(f.complaints, [](const Complaint& c) { return c.open && c.critical; })},
          {"nothing_long_overdue", !AnyOf(f.invoices, [&](const Invoice& invoice) { return LongOverdue(view, invoice); })}};
}

}  // namespace

std::map<v1::Tier, std::vector<Gate>> GatesOf(const View& view) {
  return {{v1::TIER_PREFERRED, Preferred(view)}, {v1::TIER_PARTNER, Partner(view)}, {v1::TIER_STRATEGIC, Strategic(view)}};
}

}  // namespace guanxi::reference
