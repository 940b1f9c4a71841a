#include "partition/index.h"

#include <set>

#include "base/reason.h"
#include "partition/keys.h"
#include "relations/assess.h"

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

// Every row the index tables hold of the account.
std::set<std::string> KeysOf(AccountNumber account, const std::string& id, const IndexedAs& x) {
  std::set<std::string> keys;
  keys.insert(Key(Table::kByTier).U8(4 - static_cast<uint8_t>(x.tier)).U16(static_cast<uint16_t>(1000 - x.score)).Text(id));
  keys.insert(Key(Table::kByRevenue).Int128(-x.revenue).Text(id));
  if (!x.owner.empty()) keys.insert(Key(Table::kByOwner).Terminated(x.owner).Text(id));
  if (!x.group.empty()) keys.insert(Key(Table::kByGroup).Terminated(x.group).Text(id));
  for (const auto& e : x.external_ids) keys.insert(Key(Table::kByExternalId).Terminated(e.system).Terminated(e.external_id).Text(id));
  if (x.due) keys.insert(Key(Table::kDue).Time(*x.due).Account(account));
  return keys;
}

}  // namespace

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

int128 RevenueOf12Months(const relations::AccountCore& core, Timestamp t, const BusinessCalendar& calendar) {
  const int32_t now = calendar.MonthOf(t).index;
  int128 sum = 0;
  for (const auto& bucket : core.months)
    if (bucket.month.index > now - 12 && bucket.month.index <= now) sum += bucket.net.revenue;
  return sum;
}

IndexedAs IndexOf(const relations::AccountCore& core, Timestamp t, const relations::FoldContext& context) {
  const relations::Policy& policy = context.policies.InForce(t, context.known_to);
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
  const std::string indexed_key = Key(Table::kIndexed).Account(account);
  if (before != nullptr && *before == after) return;
  const std::set<std::string> old_keys = before ? KeysOf(account, id, *before) : std::set<std::string>{};
  const std::set<std::string> new_keys = KeysOf(account, id, after);
  for (const auto& key : old_keys)
    if (!new_keys.contains(key)) rows.Delete(key);
  for (const auto& key : new_keys)
    if (!old_keys.contains(key)) rows.Put(key, {});
  rows.Put(indexed_key, EncodeIndexed(after));
}

}  // namespace guanxi::partition
