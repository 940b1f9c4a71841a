#include "relations/policy.h"

#include <algorithm>
#include <tuple>

namespace guanxi::relations {

std::string_view NameOf(Dimension dimension) {
  static constexpr std::string_view kNames[] = {"height", "breadth", "depth", "value", "payment", "service", "satisfaction", "loyalty"};
  return kNames[static_cast<size_t>(dimension)];
}

std::string_view NameOf(GateKind kind) {
  static constexpr std::string_view kNames[] = {"NONE",
                                                "ORDERS_OR_CONTRACTS",
                                                "ACTIVE_CONTRACTS",
                                                "DEPARTMENTS_MET",
                                                "LEVELS_MET",
                                                "DECISION_MAKER_MET",
                                                "LINES_OR_JOINT_PROJECT",
                                                "EXECUTIVE_MEETING",
                                                "CONTRACT_OF_MONTHS",
                                                "CRITICAL_COMPLAINTS",
                                                "OVERDUE_DAYS",
                                                "MONTHS_WITH_ORDERS",
                                                "YEARS_SINCE_FIRST"};
  const auto index = static_cast<size_t>(kind);
  return index < std::size(kNames) ? kNames[index] : kNames[0];
}

const Policy& Policy::For(AccountType account_type, Ownership ownership, std::string_view industry) const {
  for (const Policy& part : segments) {
    const Segment& s = part.segment;
    if (s.account_type != AccountType::kUnspecified && s.account_type != account_type) continue;
    if (s.ownership != Ownership::kUnspecified && s.ownership != ownership) continue;
    if (s.industry.empty() || s.industry == industry) return part;
  }
  return *this;
}

void PolicyLineage::Adopt(Policy policy, Timestamp effective_at, uint64_t control_epoch, Position known_from) {
  const auto after = [](const Adopted& a, const Adopted& b) {
    return std::tie(a.effective_at, a.control_epoch) < std::tie(b.effective_at, b.control_epoch);
  };
  Adopted adopted{std::move(policy), effective_at, control_epoch, known_from};
  adopted_.insert(std::upper_bound(adopted_.begin(), adopted_.end(), adopted, after), std::move(adopted));
}

const Policy& PolicyLineage::InForce(Timestamp t, Position known_to) const {
  for (auto it = adopted_.rbegin(); it != adopted_.rend(); ++it)
    if (it->effective_at <= t && it->known_from <= known_to) return it->policy;
  return StandardPolicy();
}

std::optional<Timestamp> PolicyLineage::NextAfter(Timestamp t, Position known_to) const {
  for (const Adopted& adopted : adopted_)
    if (adopted.effective_at > t && adopted.known_from <= known_to) return adopted.effective_at;
  return std::nullopt;
}

}  // namespace guanxi::relations
