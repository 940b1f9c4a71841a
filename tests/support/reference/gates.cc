#include <algorithm>
#include <stdexcept>

#include "support/reference/reference.h"

namespace guanxi::reference {
namespace {

template <class Map, class Predicate>
int64_t CountOf(const Map& map, Predicate predicate) {
  return std::count_if(map.begin(), map.end(), [&](const auto& entry) { return predicate(entry.second); });
}

int64_t OrdersInW12(const View& view) {
  return CountOf(view.facts.orders, [&](const Order& order) { return view.InW12(order.at); });
}

int64_t ContractsInW12(const View& view) {
  return CountOf(view.facts.contracts, [&](const Contract& contract) { return ActiveInW12(contract, view); });
}

// Contracts active now of at least `months` months.
int64_t ActiveContracts(const View& view, int64_t months) {
  return CountOf(view.facts.contracts, [&](const Contract& contract) {
    return ActiveAt(contract, view.now.t) && RunsForMonths(contract, months, view.calendar);
  });
}

int64_t VisitsToDecisionMakers(const View& view) {
  return std::count_if(view.facts.visits.begin(), view.facts.visits.end(), [&](const Visit& visit) {
    return view.InW12(visit.at) &&
           std::any_of(visit.met.begin(), visit.met.end(), [](const Met& met) { return met.role == v1::COMMITTEE_ROLE_DECISION_MAKER; });
  });
}

int64_t JointProjectsInW12(const View& view) {
  return CountOf(view.facts.projects, [&](const Start& start) { return view.InW12(start.at); });
}

bool ExecutivesMet(const View& view, int64_t months) {
  return std::any_of(view.facts.visits.begin(), view.facts.visits.end(), [&](const Visit& visit) {
    return view.InLastMonths(visit.at, static_cast<int32_t>(months)) && IsExecutiveMeeting(visit);
  });
}

bool LongOverdue(const View& view, const Invoice& invoice, int64_t days) {
  if (invoice.currency != view.facts.currency || invoice.Open() == 0) return false;
  return view.calendar.DayOf(view.now.t).index - view.calendar.DayOf(invoice.due).index > days;
}

int64_t MonthsWithOrders(const View& view) {
  std::set<Month> months;
  for (const auto& [id, order] : view.facts.orders)
    if (view.InW12(order.at)) months.insert(view.calendar.MonthOf(order.at));
  return static_cast<int64_t>(months.size());
}

bool Holds(const View& view, const std::string& name, int64_t n) {
  const Facts& f = view.facts;
  if (name == "orders_or_contracts") return OrdersInW12(view) + ContractsInW12(view) >= n;
  if (name == "active_contracts") return ActiveContracts(view, 0) >= n;
  if (name == "departments_met") return static_cast<int64_t>(DepartmentsMet(view).size()) >= n;
  if (name == "levels_met") return static_cast<int64_t>(LevelsMet(view).size()) >= n;
  if (name == "decision_maker_met") return VisitsToDecisionMakers(view) >= n;
  if (name == "lines_or_joint_project") return JointProjectsInW12(view) > 0 || static_cast<int64_t>(BusinessLines(view).size()) >= n;
  if (name == "executive_meeting") return ExecutivesMet(view, n);
  if (name == "contract_of_months") return ActiveContracts(view, n) > 0;
  if (name == "critical_complaints") return CountOf(f.complaints, [](const Complaint& c) { return c.open && c.critical; }) <= n;
  if (name == "overdue_days") return CountOf(f.invoices, [&](const Invoice& i) { return LongOverdue(view, i, n); }) == 0;
  if (name == "months_with_orders") return MonthsWithOrders(view) >= n;
  if (name == "years_since_first") return YearsSinceFirst(view) >= n;
  throw std::logic_error("no gate is called " + name);
}

std::vector<Gate> Evaluated(const View& view, const std::vector<GateRule>& rules) {
  std::vector<Gate> gates;
  for (const GateRule& rule : rules) gates.push_back({rule.name, Holds(view, rule.name, rule.threshold)});
  return gates;
}

}  // namespace

std::map<v1::Tier, std::vector<Gate>> GatesOf(const View& view) {
  const auto& rules = view.policy.gates;
  return {{v1::TIER_PREFERRED, Evaluated(view, rules[0])},
          {v1::TIER_PARTNER, Evaluated(view, rules[1])},
          {v1::TIER_STRATEGIC, Evaluated(view, rules[2])}};
}

}  // namespace guanxi::reference
