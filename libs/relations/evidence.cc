#include <algorithm>
#include <initializer_list>

#include "relations/dimensions.h"

namespace guanxi::relations {
namespace {

using Classes = std::initializer_list<EvidenceClass>;

void AddMonths(const AccountCore& core, const Window& w, Classes classes, std::vector<Position>& out) {
  for (const MonthBucket& m : core.months)
    if (InWindow(w, m.month))
      for (const EvidenceClass c : classes) out.push_back(m.EvidenceOf(c));
}

void AddContracts(const AccountCore& core, const Window& w, std::vector<Position>& out) {
  for (const ContractSpan& c : core.contracts)
    if (c.starts_at <= w.t) out.push_back(c.position);
}

void AddDues(const AccountCore& core, const Window& w, std::vector<Position>& out) {
  for (const DueMonth& m : core.due_months)
    if (InWindow(w, m.month)) out.push_back(m.evidence);
}

void AddOpenComplaints(const AccountCore& core, std::vector<Position>& out) {
  for (const SlaClock& c : core.sla_clocks) out.push_back(c.position);
}

std::vector<Position> Tidied(std::vector<Position> positions) {
  std::erase(positions, kNoPosition);
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

}  // namespace

std::vector<Position> EvidenceOf(const AccountCore& core, const Window& w, Dimension dimension) {
  std::vector<Position> out;
  using enum EvidenceClass;
  switch (dimension) {
    case Dimension::kHeight:
      AddMonths(core, w, {kVisit, kExecutiveMeeting}, out);
      break;
    case Dimension::kBreadth:
      AddMonths(core, w, {kVisit, kTrade}, out), AddContracts(core, w, out);
      break;
    case Dimension::kDepth:
      AddMonths(core, w, {kProject}, out), AddContracts(core, w, out);
      out.push_back(core.first_trade_position);
      break;
    case Dimension::kValue:
      AddMonths(core, w, {kTrade}, out);
      break;
    case Dimension::kPayment:
      AddDues(core, w, out);
      break;
    case Dimension::kService:
      AddMonths(core, w, {kComplaint}, out), AddOpenComplaints(core, out);
      break;
    case Dimension::kSatisfaction:
      AddMonths(core, w, {kSurvey}, out);
      break;
    case Dimension::kLoyalty:
      AddMonths(core, w, {kTrade}, out), AddContracts(core, w, out);
      out.push_back(core.first_trade_position);
      break;
  }
  return Tidied(std::move(out));
}

std::vector<Position> EvidenceOf(const AccountCore& core, const Window& w, GateKind gate) {
  std::vector<Position> out;
  using enum EvidenceClass;
  switch (gate) {
    case GateKind::kNone:
      break;
    case GateKind::kOrdersOrContracts:
      AddMonths(core, w, {kTrade}, out), AddContracts(core, w, out);
      break;
    case GateKind::kActiveContracts:
    case GateKind::kContractOfMonths:
      AddContracts(core, w, out);
      break;
    case GateKind::kDepartmentsMet:
    case GateKind::kLevelsMet:
      AddMonths(core, w, {kVisit}, out);
      break;
    case GateKind::kDecisionMakerMet:
      AddMonths(core, w, {kDecisionMaker}, out);
      break;
    case GateKind::kLinesOrJointProject:
      AddMonths(core, w, {kTrade, kProject}, out), AddContracts(core, w, out);
      break;
    case GateKind::kExecutiveMeeting:
      AddMonths(core, w, {kExecutiveMeeting}, out);
      break;
    case GateKind::kCriticalComplaints:
      AddMonths(core, w, {kComplaint}, out), AddOpenComplaints(core, out);
      break;
    case GateKind::kOverdueDays:
      AddDues(core, w, out);
      break;
    case GateKind::kMonthsWithOrders:
      AddMonths(core, w, {kTrade}, out);
      break;
    case GateKind::kYearsSinceFirst:
      out.push_back(core.first_trade_position);
      break;
  }
  return Tidied(std::move(out));
}

}  // namespace guanxi::relations
