#include "partition/index.h"

#include "base/reason.h"
#include "partition/keys.h"
#include "relations/assess.h"
#include "relations/row_coding.h"

namespace guanxi::partition {
namespace {

void PutInt128(std::string& out, int128 v) {
  PutLittleEndian(out, static_cast<uint64_t>(v));
  PutLittleEndian(out, static_cast<uint64_t>(static_cast<unsigned __int128>(v) >> 64));
}

int128 GetInt128(ByteReader& in) {
  const auto low = in.LittleEndian<uint64_t>();
  const auto high = in.LittleEndian<uint64_t>();
  return static_cast<int128>(static_cast<unsigned __int128>(high) << 64 | low);
}

Key TierKey(const std::string& id, const IndexedAs& x) {
  return Key(Table::kByTier).U8(4 - static_cast<uint8_t>(x.tier)).U16(static_cast<uint16_t>(1000 - x.score)).Text(id);
}
Key RevenueKey(const std::string& id, const IndexedAs& x) { return Key(Table::kByRevenue).Int128(-x.revenue).Text(id); }
Key ExternalKey(const std::string& id, const relations::ExternalId& e) {
  return Key(Table::kByExternalId).Terminated(e.system).Terminated(e.external_id).Text(id);
}
Key DueKey(AccountNumber account, Timestamp due) { return Key(Table::kDue).Time(due).Account(account); }

// A table with one row per text, none for the empty one.
void Move(Overlay& rows, Table table, const std::string& id, const std::string& from, const std::string& to) {
  if (from == to) return;
  if (!from.empty()) rows.Delete(Key(table).Terminated(from).Text(id));
  if (!to.empty()) rows.Put(Key(table).Terminated(to).Text(id), {});
}

}  // namespace

namespace {

std::string EncodeIndexed(const IndexedAs& x) {
  std::string out(1, '\1');
  out += static_cast<char>(x.tier);
  PutVarint(out, ZigZag(x.score));
  PutInt128(out, x.revenue);
  PutLengthPrefixed(out, x.owner);
  PutLengthPrefixed(out, x.group);
  PutVarint(out, x.external_ids.size());
  for (const auto& e : x.external_ids) {
    PutLengthPrefixed(out, e.system);
    PutLengthPrefixed(out, e.external_id);
  }
  out += x.due ? '\1' : '\0';
  PutLittleEndian(out, static_cast<uint64_t>(x.due ? x.due->micros : 0));
  PutLittleEndian(out, static_cast<uint64_t>(x.told_to.micros));
  PutVarint(out, x.told);
  return out;
}

absl::StatusOr<IndexedAs> DecodeIndexed(std::string_view bytes) {
  ByteReader in(bytes);
  IndexedAs x;
  const bool known = in.LittleEndian<uint8_t>() == 1;
  x.tier = static_cast<relations::Tier>(in.LittleEndian<uint8_t>());
  x.score = static_cast<int16_t>(UnZigZag(in.Varint()));
  x.revenue = GetInt128(in);
  x.owner = in.LengthPrefixed();
  x.group = in.LengthPrefixed();
  for (uint64_t n = in.Varint(); n > 0 && in.ok(); --n) {
    relations::ExternalId e;
    e.system = in.LengthPrefixed();
    e.external_id = in.LengthPrefixed();
    x.external_ids.push_back(std::move(e));
  }
  const bool has_due = in.LittleEndian<uint8_t>() != 0;
  const Timestamp due{static_cast<int64_t>(in.LittleEndian<uint64_t>())};
  if (has_due) x.due = due;
  x.told_to = Timestamp{static_cast<int64_t>(in.LittleEndian<uint64_t>())};
  x.told = static_cast<uint32_t>(in.Varint());
  if (!known || !in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "an account's index row does not decode");
  return x;
}

}  // namespace

void EncodeAccountRow(const relations::AccountCore& core, const IndexedAs& indexed, std::string& out) {
  PutLengthPrefixed(out, EncodeIndexed(indexed));
  relations::EncodeCore(core, out);
}

absl::StatusOr<relations::AccountCore> DecodeCoreOf(std::string_view row) {
  ByteReader in(row);
  in.LengthPrefixed();
  return relations::DecodeCore(in.rest());
}

absl::StatusOr<AccountRow> DecodeAccountRow(std::string_view row) {
  ByteReader in(row);
  auto indexed = DecodeIndexed(in.LengthPrefixed());
  if (!indexed.ok()) return indexed.status();
  auto core = relations::DecodeCore(in.rest());
  if (!core.ok()) return core.status();
  return AccountRow{*std::move(core), *std::move(indexed)};
}

int128 RevenueOf12Months(const relations::AccountCore& core, Timestamp t, const BusinessCalendar& calendar) {
  const int32_t now = calendar.MonthOf(t).index;
  int128 sum = 0;
  for (const auto& bucket : core.months)
    if (bucket.month.index > now - 12 && bucket.month.index <= now) sum += bucket.net.revenue;
  return sum;
}

IndexedAs IndexOf(const relations::AccountCore& core, Timestamp t, const relations::FoldContext& context) {
  const relations::Policy& policy = context.PolicyOf(core, t);
  IndexedAs x;
  x.tier = core.tier.tier;
  x.score = relations::Evaluate(core, t, policy, context.calendar).score;
  x.revenue = RevenueOf12Months(core, t, context.calendar);
  x.owner = core.owner;
  x.group = core.group_account_id;
  x.external_ids = core.external_ids;
  x.due = relations::NextDue(core, context);
  return x;
}

void WriteIndexes(Overlay& rows, AccountNumber account, const std::string& id, const IndexedAs* before, const IndexedAs& after) {
  static const IndexedAs kNothing;
  if (before != nullptr && *before == after) return;
  const IndexedAs& old = before != nullptr ? *before : kNothing;
  const bool is_new = before == nullptr;
  if (is_new || old.tier != after.tier || old.score != after.score) {
    if (!is_new) rows.Delete(TierKey(id, old));
    rows.Put(TierKey(id, after), {});
  }
  if (is_new || old.revenue != after.revenue) {
    if (!is_new) rows.Delete(RevenueKey(id, old));
    rows.Put(RevenueKey(id, after), {});
  }
  Move(rows, Table::kByOwner, id, old.owner, after.owner);
  Move(rows, Table::kByGroup, id, old.group, after.group);
  if (old.external_ids != after.external_ids) {
    for (const auto& e : old.external_ids) rows.Delete(ExternalKey(id, e));
    for (const auto& e : after.external_ids) rows.Put(ExternalKey(id, e), {});
  }
  if (old.due != after.due) {
    if (old.due) rows.Delete(DueKey(account, *old.due));
    if (after.due) rows.Put(DueKey(account, *after.due), {});
  }
}

}  // namespace guanxi::partition
