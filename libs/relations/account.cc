#include "relations/account.h"

namespace guanxi::relations {

std::string_view NameOf(TierRuleKind kind) {
  switch (kind) {
    case TierRuleKind::kGate:
      return "GATE";
    case TierRuleKind::kScoreDown:
      return "SCORE_DOWN";
    case TierRuleKind::kScoreUp:
      return "SCORE_UP";
  }
  return "UNKNOWN";
}

std::string_view NameOf(ChildKind kind) {
  static constexpr std::string_view kNames[] = {"none",    "contact",   "visit",  "minutes",  "action_item", "opportunity", "project",
                                                "trial",   "tender",    "bid",    "contract", "order",       "credit_note", "invoice",
                                                "payment", "complaint", "survey", "referral", "month"};
  const auto index = static_cast<size_t>(kind);
  return index < std::size(kNames) ? kNames[index] : kNames[0];
}

const TierOverride* OverrideInForce(const AccountCore& core, Timestamp t) {
  return core.tier_override && core.tier_override->at <= t && t < core.tier_override->expires_at ? &*core.tier_override : nullptr;
}

uint64_t OverdueActionItems(const AccountCore& core, Timestamp t) {
  uint64_t overdue = 0;
  for (const OpenItemDue& due : core.open_item_dues)
    if (due.due_at < t) overdue += due.items;
  return overdue;
}

std::optional<Timestamp> NextActionItemDue(const AccountCore& core) {
  if (core.open_item_dues.empty()) return std::nullopt;
  return core.open_item_dues.front().due_at;
}

int128 OverdueAmount(const AccountCore& core, Timestamp t, int32_t days, BusinessCalendar calendar) {
  const Day today = calendar.DayOf(t);
  int128 overdue = core.older_open;
  for (const DueDay& due : core.due_days)
    if (today.index - due.day.index > days) overdue += due.open;
  return overdue;
}

size_t ActiveContracts(const AccountCore& core, Timestamp t) {
  return static_cast<size_t>(std::count_if(core.contracts.begin(), core.contracts.end(),
                                           [&](const ContractSpan& c) { return c.starts_at <= t && t < c.ends_at; }));
}

}  // namespace guanxi::relations
