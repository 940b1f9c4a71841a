#include "partition/account_reader.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/event_decoder.h"
#include "partition/event_key.h"
#include "partition/event_source.h"
#include "partition/index.h"
#include "partition/keys.h"
#include "partition/snapshots.h"
#include "relations/row_coding.h"

namespace guanxi::partition {
namespace {

using store::Family;

absl::StatusOr<uint64_t> VarintAt(const View& view, std::string_view key) {
  const auto value = view.rows.Get(key);
  if (!value.ok()) return value.status();
  return *value ? ByteReader(**value).Varint() : 0;
}

absl::StatusOr<uint64_t> CountParked(const View& view, const std::string& account_id) {
  return VarintAt(view, Key(Table::kParkedCount).Text(account_id));
}

absl::Status NotFound(const View& view, const std::string& account_id) {
  ReasonMetadata metadata{{"account_id", account_id.substr(0, 128)}};
  const auto parked = CountParked(view, account_id);
  if (!parked.ok()) return parked.status();
  if (*parked == 0) return Refuse(Reason::ACCOUNT_NOT_FOUND, "no such account", metadata);
  metadata.emplace("parked_event_count", std::to_string(*parked));
  return Refuse(Reason::ACCOUNT_NOT_FOUND, "no event of the account was accepted; those that were sent are parked: list them", metadata);
}

absl::StatusOr<AccountNumber> NumberOf(const View& view, const std::string& account_id) {
  const auto number = view.rows.Get(Key(Table::kName).Text(account_id));
  if (!number.ok()) return number.status();
  if (!*number) return NotFound(view, account_id);
  return AccountNumber(GetBigEndian<uint32_t>((*number)->data()));
}

relations::FoldContext ContextOf(const View& view, Position known_to) { return {*view.policies, known_to, view.calendar}; }

absl::Status FoldAsOf(const View& view, AccountMemory& memory, AccountNumber number, Position known_to, Timestamp valid_to) {
  codec::EventDecoder decoder;
  store::LogReader log = view.Log();
  const Key end = Key(Table::kTimeline, number).Time(Timestamp{valid_to.micros + 1});
  auto cursor = view.rows.Scan(TimelineAfter(number, memory.core), end);
  for (; cursor.Valid(); cursor.Next()) {
    const Position at{GetBigEndian<uint64_t>(cursor.key().data() + cursor.key().size() - 8)};
    if (at > known_to) continue;
    auto logged = ReadEvent(log, nullptr, decoder, at);
    if (!logged.ok()) return logged.status();
    FoldInMemory(memory, logged->event, ContextOf(view, known_to), nullptr);
  }
  return cursor.status();
}

absl::StatusOr<relations::AccountCore> NewestCore(const View& view, const std::string& account_id, AccountNumber number) {
  const auto row = view.rows.Get(Key(Table::kRow, number).U8(0));
  if (!row.ok()) return row.status();
  if (!*row) return NotFound(view, account_id);
  return DecodeCoreOf(**row);
}

absl::Status NothingYet(const View& view, const std::string& account_id, AccountNumber number) {
  const auto newest = NewestCore(view, account_id, number);
  if (!newest.ok()) return newest.status();
  return Refuse(Reason::ACCOUNT_NOT_FOUND, "of this account nothing was so, or known, yet at that time",
                {{"account_id", account_id.substr(0, 128)}, {"first_event_at", FormatTimestamp(newest->first_event_at)}});
}

// Where a page starts comes from a token, which anybody can make.
absl::Status CheckAfter(const std::string& after, std::string_view prefix, size_t bytes_min) {
  if (after.empty() || (after.starts_with(prefix) && after.size() >= bytes_min)) return absl::OkStatus();
  return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token's cursor is not of this list");
}

}  // namespace

absl::StatusOr<AccountAt> ReadAccount(const View& view, const std::string& account_id, const AsOf& as_of) {
  const auto number = NumberOf(view, account_id);
  if (!number.ok()) return number.status();
  AccountAt account;
  account.number = *number;
  account.known_to = as_of.known_to.value_or(view.Newest());
  if (!as_of.known_to && !as_of.valid_to) {
    auto core = NewestCore(view, account_id, *number);
    if (!core.ok()) return core.status();
    account.core = *std::move(core);
    account.valid_to = std::max(view.clock, account.core.last_event_at);
  } else {
    const Timestamp bound = as_of.valid_to.value_or(kLatestTimestamp);
    auto memory = SnapshotAsOf(view.rows, *number, account.known_to, bound);
    if (!memory.ok()) return memory.status();
    memory->core.id = AccountId(account_id);
    if (auto status = FoldAsOf(view, *memory, *number, account.known_to, bound); !status.ok()) return status;
    if (memory->core.account_version == 0) return NothingYet(view, account_id, *number);
    account.core = std::move(memory->core);
    account.valid_to = as_of.valid_to.value_or(std::max(view.clock, account.core.last_event_at));
  }
  relations::AdvanceTo(account.core, account.valid_to, ContextOf(view, account.known_to));
  const auto parked = CountParked(view, account_id);
  if (!parked.ok()) return parked.status();
  account.parked_events = *parked;
  return account;
}

const relations::Policy& PolicyAt(const View& view, const AccountAt& account) {
  return relations::PolicyFor(account.core, view.policies->InForce(account.valid_to, account.known_to));
}

relations::Assessment AssessAt(const View& view, const AccountAt& account) {
  return relations::Assess(account.core, account.valid_to, PolicyAt(view, account), view.calendar);
}

absl::StatusOr<std::vector<std::string>> FindByExternalId(const View& view, const std::string& system, const std::string& external_id) {
  std::vector<std::string> ids;
  const std::string prefix = Key(Table::kByExternalId).Terminated(system).Terminated(external_id).bytes();
  auto cursor = view.rows.ScanPrefix(prefix);
  for (; cursor.Valid(); cursor.Next()) ids.emplace_back(cursor.key().substr(prefix.size()));
  if (auto status = cursor.status(); !status.ok()) return status;
  return ids;
}

absl::StatusOr<std::optional<Position>> KnownAt(const View& view, Timestamp t) {
  // recorded_at never falls along the log, so the position is found by halving.
  store::LogReader log = view.Log();
  uint64_t low = 0, high = view.log_size;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    const auto bytes = log.View(Position{middle});
    if (!bytes.ok()) return bytes.status();
    const auto record = codec::DecodeRecord(*bytes);
    if (!record.ok()) return record.status();
    if (record->recorded_at <= t)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0) return std::nullopt;
  return Position{low - 1};
}

absl::StatusOr<std::vector<TimelineEntry>> ReadTimeline(const View& view, const std::string& account_id, const std::string& after,
                                                        bool descending, size_t max) {
  const auto number = NumberOf(view, account_id);
  if (!number.ok()) return number.status();
  const std::string prefix = Key(Table::kTimeline, *number).bytes();
  if (auto status = CheckAfter(after, prefix, prefix.size() + 16); !status.ok()) return status;
  const std::string end = store::PrefixEnd(prefix);
  auto cursor =
      descending ? view.rows.ScanReverse(prefix, after.empty() ? end : after) : view.rows.Scan(after.empty() ? prefix : after + '\0', end);
  std::vector<TimelineEntry> entries;
  for (; cursor.Valid() && entries.size() < max; cursor.Next()) {
    const char* tail = cursor.key().data() + cursor.key().size() - 16;
    entries.push_back(
        {Timestamp{FromOrderedBits(GetBigEndian<uint64_t>(tail))}, Position{GetBigEndian<uint64_t>(tail + 8)}, std::string(cursor.key())});
  }
  if (auto status = cursor.status(); !status.ok()) return status;
  return entries;
}

absl::StatusOr<std::vector<ListedAccount>> ListAccounts(const View& view, AccountOrder order, const std::string& after, size_t max) {
  const Table table = order == AccountOrder::kId ? Table::kName : order == AccountOrder::kRevenue ? Table::kByRevenue : Table::kByTier;
  const size_t head = order == AccountOrder::kId ? 1 : order == AccountOrder::kRevenue ? 17 : 4;
  const std::string prefix(1, static_cast<char>(table));
  if (auto status = CheckAfter(after, prefix, head); !status.ok()) return status;
  auto cursor = view.rows.Scan(after.empty() ? prefix : after + '\0', store::PrefixEnd(prefix));
  std::vector<ListedAccount> listed;
  for (; cursor.Valid() && listed.size() < max; cursor.Next())
    listed.push_back({std::string(cursor.key()), std::string(cursor.key().substr(head))});
  if (auto status = cursor.status(); !status.ok()) return status;
  return listed;
}

absl::StatusOr<std::vector<std::string>> ListByOwner(const View& view, const std::string& owner, const std::string& after, size_t max) {
  const std::string prefix = Key(Table::kByOwner).Terminated(owner).bytes();
  auto cursor = view.rows.Scan(after.empty() ? prefix : prefix + after + '\0', store::PrefixEnd(prefix));
  std::vector<std::string> ids;
  for (; cursor.Valid() && ids.size() < max; cursor.Next()) ids.emplace_back(cursor.key().substr(prefix.size()));
  if (auto status = cursor.status(); !status.ok()) return status;
  return ids;
}

absl::Status ScanMonths(const View& view, Month from, Month to, const std::function<void(const MonthlyRevenue&)>& f) {
  const Key begin = Key(Table::kMonth).Text(FormatMonth(from));
  // Months are text in keys: none may have more digits than the others.
  const bool to_the_end = to >= BusinessCalendar().MonthOf(kLatestTimestamp);
  const std::string end = to_the_end ? store::PrefixEnd(std::string(1, static_cast<char>(Table::kMonth)))
                                     : Key(Table::kMonth).Text(FormatMonth(Month{to.index + 1})).bytes();
  auto cursor = view.rows.Scan(begin, end);
  for (; cursor.Valid(); cursor.Next()) {
    auto child = relations::DecodeChild(relations::ChildKind::kMonth, cursor.value());
    if (!child.ok()) return child.status();
    MonthlyRevenue row;
    row.month = cursor.key().substr(1, cursor.key().size() - 5);
    row.account = AccountNumber(GetBigEndian<uint32_t>(cursor.key().data() + cursor.key().size() - 4));
    for (const auto& sums : std::get<relations::MonthSums>(*child).currencies) {
      row.currency = sums.currency;
      row.net_revenue = sums.net.revenue;
      row.orders = sums.orders;
      f(row);
    }
  }
  return cursor.status();
}

absl::StatusOr<std::vector<uint64_t>> CountByTier(const View& view) {
  std::vector<uint64_t> counts(5);
  auto cursor = view.rows.ScanPrefix(std::string(1, static_cast<char>(Table::kByTier)));
  for (; cursor.Valid(); cursor.Next())
    if (const auto tier = 4 - static_cast<uint8_t>(cursor.key()[1]); tier >= 1 && tier <= 4) ++counts[tier];
  if (auto status = cursor.status(); !status.ok()) return status;
  return counts;
}

absl::StatusOr<std::vector<FeedRow>> ReadFeed(const View& view, uint64_t from, size_t max) {
  std::string begin;
  PutBigEndian(begin, from);
  std::vector<FeedRow> rows;
  auto cursor = view.snapshot->Scan(Family::kFeed, begin, {});
  for (; cursor.Valid() && rows.size() < max; cursor.Next()) {
    auto row = DecodeFeedRow(cursor.value());
    if (!row.ok()) return row.status();
    rows.push_back(*std::move(row));
  }
  if (auto status = cursor.status(); !status.ok()) return status;
  return rows;
}

absl::StatusOr<std::vector<ParkedEntry>> ListParked(const View& view, const std::string& account_id, Position from, size_t max) {
  std::vector<ParkedEntry> entries;
  auto cursor = view.rows.Scan(Key(Table::kParked).At(from), store::PrefixEnd(std::string(1, static_cast<char>(Table::kParked))));
  for (; cursor.Valid() && entries.size() < max; cursor.Next()) {
    ByteReader in(cursor.value());
    ParkedEntry entry{Position{GetBigEndian<uint64_t>(cursor.key().data() + 1)}, static_cast<uint32_t>(in.Varint()), {}};
    entry.account_id = in.LengthPrefixed();
    if (account_id.empty() || entry.account_id == account_id) entries.push_back(std::move(entry));
  }
  if (auto status = cursor.status(); !status.ok()) return status;
  return entries;
}

absl::StatusOr<uint64_t> ReadCounter(const View& view, std::string_view name) { return VarintAt(view, Key(Table::kCounter).Text(name)); }

absl::StatusOr<std::vector<Position>> FindEvent(const View& view, const std::string& account_id, std::string_view source,
                                                std::string_view id) {
  const auto number = NumberOf(view, account_id);
  if (!number.ok()) return number.status();
  const auto value = view.rows.Get(EventIdKey(*number, source, id));
  if (!value.ok()) return value.status();
  std::vector<Position> positions;
  if (*value)
    for (ByteReader in(**value); !in.AtEnd() && in.ok();) positions.emplace_back(in.Varint());
  return positions;
}

}  // namespace guanxi::partition
