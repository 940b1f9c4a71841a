#include "relations/row_coding.h"

#include "base/reason.h"
#include "relations/check.h"
#include "relations/row_fields.h"

namespace guanxi::relations {
namespace {

constexpr uint8_t kLevelBits = 0b11110;

bool NamesFit(const NameSet& set, const NameTable& table) {
  for (size_t i = 0; i < set.size; ++i)
    if (set.ids[i] >= table.names.size() || (i > 0 && set.ids[i - 1] >= set.ids[i])) return false;
  return true;
}

// What the fold relies on when it goes on from the row.
bool IsSound(const AccountCore& core) {
  if (core.tier.tier < Tier::kOrdinary || core.tier.tier > Tier::kStrategic) return false;
  for (const MonthBucket& m : core.months) {
    if ((m.levels_met & ~kLevelBits) != 0 || !NamesFit(m.departments_met, core.departments) || !NamesFit(m.lines, core.lines)) return false;
    if (&m != &core.months.front() && (&m)[-1].month >= m.month) return false;
  }
  // A clock that fell due should have been decided: time could not pass.
  for (const SlaClock& c : core.sla_clocks)
    if (!c.paused_at && ((c.response_due && *c.response_due <= core.swept_to) || (c.resolution_due && *c.resolution_due <= core.swept_to)))
      return false;
  for (const ContractSpan& c : core.contracts)
    if (!NamesFit(c.lines, core.lines)) return false;
  return core.months.size() <= kWindowMonths;
}

absl::Status Corrupt(std::string_view what) {
  return Refuse(Reason::STORE_CORRUPT, "the bytes of the " + std::string(what) + " row do not decode", {{"row", std::string(what)}});
}

// The default alternative of the kind.
template <size_t... Is>
Child MakeChild(size_t index, std::index_sequence<Is...>) {
  Child child;
  ((Is == index ? static_cast<void>(child.emplace<Is>()) : static_cast<void>(0)), ...);
  return child;
}

}  // namespace

void EncodeCore(const AccountCore& core, std::string& out) {
  out += static_cast<char>(kRowVersion);
  RowWriter writer(out);
  VisitFields(writer, core);
}

void EncodeChild(const Child& child, std::string& out) {
  out += static_cast<char>(kRowVersion);
  RowWriter writer(out);
  std::visit(
      [&]<class T>(const T& value) {
        if constexpr (std::is_same_v<T, std::monostate>)
          GUANXI_INVARIANT(!"a child without content has no row");
        else
          VisitFields(writer, value);
      },
      child);
}

absl::StatusOr<AccountCore> DecodeCore(std::string_view row) {
  if (row.empty() || static_cast<uint8_t>(row[0]) != kRowVersion) return Corrupt("account");
  AccountCore core;
  RowReader reader(row.substr(1));
  VisitFields(reader, core);
  if (!reader.Complete() || !IsSound(core)) return Corrupt("account");
  return core;
}

std::string EncodedTierChange(const TierChange& change) {
  std::string out(1, static_cast<char>(kRowVersion));
  RowWriter writer(out);
  VisitFields(writer, change);
  return out;
}

absl::StatusOr<TierChange> DecodeTierChange(std::string_view row) {
  if (row.empty() || static_cast<uint8_t>(row[0]) != kRowVersion) return Corrupt("tier change");
  TierChange change;
  RowReader reader(row.substr(1));
  VisitFields(reader, change);
  if (!reader.Complete()) return Corrupt("tier change");
  return change;
}

absl::StatusOr<Child> DecodeChild(ChildKind kind, std::string_view row) {
  Child child = MakeChild(static_cast<size_t>(kind), std::make_index_sequence<std::variant_size_v<Child>>{});
  if (child.index() == 0 || row.empty() || static_cast<uint8_t>(row[0]) != kRowVersion) return Corrupt(NameOf(kind));
  RowReader reader(row.substr(1));
  std::visit(
      [&]<class T>(T& value) {
        if constexpr (!std::is_same_v<T, std::monostate>) VisitFields(reader, value);
      },
      child);
  if (!reader.Complete()) return Corrupt(NameOf(kind));
  return child;
}

}  // namespace guanxi::relations
