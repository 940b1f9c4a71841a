#include "partition/projector.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/outbox_record.h"
#include "partition/event_key.h"
#include "partition/keys.h"
#include "relations/event_type.h"
#include "relations/row_coding.h"

namespace guanxi::partition {
namespace {

using relations::EventType;

// Records parked under one id, to find the same one again: not without bound.
constexpr size_t kParkedOfIdMax = 8;

bool IsControl(uint16_t type) { return relations::EntryOf(static_cast<EventType>(type)).family == relations::EventFamily::kControl; }

absl::StatusOr<uint64_t> ReadVarint(const Overlay& rows, std::string_view key) {
  const auto value = rows.Get(key);
  if (!value.ok()) return value.status();
  return *value ? ByteReader(**value).Varint() : 0;
}

std::string LittleEndian64(uint64_t v) {
  std::string out;
  PutLittleEndian(out, v);
  return out;
}

}  // namespace

Projector::Projector(Options options, const store::LogWriter* unflushed, store::BlockCache* blocks)
    : options_(options), unflushed_(unflushed), blocks_(blocks), cache_(options.account_cache_bytes) {}

void Projector::RollBack(Rows rows, ProjectorState state, uint64_t log_size) {
  hot_.clear();
  cache_.clear();
  last_loaded_ = nullptr;
  changed_.clear();
  feed_rows_.clear();
  looked_up_key_.clear();
  outbox_grew_ = true, next_due_known_ = false;
  state_ = std::move(state);
  last_position_ = Position{state_.log_size == 0 ? 0 : state_.log_size - 1};
  log_snapshot_ = rows.base;
  log_size_ = log_size;
  rows_.Reset(std::move(rows));
}

absl::Status Projector::Open(const std::shared_ptr<const store::Snapshot>& base, uint64_t log_size) {
  const auto stored = base->Get(store::Family::kView, Key(Table::kState));
  if (!stored.ok()) return stored.status();
  auto state = *stored ? DecodeState(**stored) : ProjectorState();
  if (!state.ok()) return state.status();
  if (state->log_size > log_size) return Refuse(Reason::STORE_CORRUPT, "the views are ahead of the log");
  const std::string policy_positions = std::exchange(state->policy_positions, {});
  RollBack({{}, {}, base}, *std::move(state), log_size);
  store::LogReader log(base, blocks_, log_size);
  for (ByteReader in(policy_positions); !in.AtEnd();) {
    const Position at{in.Varint()};
    const auto logged = ReadEvent(log, unflushed_, decoder_, at);
    if (!logged.ok()) return logged.status();
    if (auto status = ApplyPolicy(std::get<relations::PolicyAdopted>(logged->event.body), at); !status.ok()) return status;
  }
  return absl::OkStatus();
}

Rows Projector::Publish(std::shared_ptr<const store::Snapshot> base, uint64_t log_size) {
  log_snapshot_ = base;
  log_size_ = log_size;
  return rows_.Publish(std::move(base));
}

const RowTree& Projector::Freeze() {
  rows_.Put(Key(Table::kState), EncodeState(state_));
  return rows_.Freeze();
}

absl::StatusOr<HotAccount*> Projector::Load(const std::string& account_id) {
  // An event's account is asked for when it is admitted and when it is folded.
  if (last_loaded_ != nullptr && last_loaded_->core.id.value == account_id) return last_loaded_;
  if (const auto it = hot_.find(account_id); it != hot_.end()) {
    ++loads_.hot;
    it->second.used = true;
    return last_loaded_ = &it->second;
  }
  HotAccount account;
  account.core.id = AccountId(account_id);
  if (auto status = LoadInto(account); !status.ok()) return status;
  return last_loaded_ = &hot_.emplace(account_id, std::move(account)).first->second;
}

absl::Status Projector::LoadInto(HotAccount& account) {
  std::optional<CachedAccount> found = cache_.Take(account.core.id.value);
  if (found) {
    ++loads_.cached;
  } else {
    auto stored = FindStored(account.core.id.value);
    if (!stored.ok()) return stored.status();
    found = *std::move(stored);
    ++(found ? loads_.stored : loads_.unknown);
  }
  if (!found) return absl::OkStatus();
  auto decoded = DecodeAccountRow(found->row);
  if (!decoded.ok()) return decoded.status();
  account.number = found->number;
  account.core = std::move(decoded->core);
  account.indexed = std::move(decoded->indexed);
  account.told_to = account.indexed->told_to;
  account.told = account.indexed->told;
  account.exists = true;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CachedAccount>> Projector::FindStored(const std::string& account_id) const {
  const auto bytes = rows_.Get(Key(Table::kName).Text(account_id));
  if (!bytes.ok()) return bytes.status();
  if (!*bytes) return std::nullopt;
  const AccountNumber number(GetBigEndian<uint32_t>((*bytes)->data()));
  auto row = rows_.Get(Key(Table::kRow, number).U8(0));
  if (!row.ok()) return row.status();
  if (!*row) return Refuse(Reason::STORE_CORRUPT, "an account has a name and no row");
  return CachedAccount{number, **std::move(row)};
}

absl::StatusOr<std::vector<Position>> Projector::Lookup(const HotAccount& account, std::string_view source, std::string_view id) {
  std::vector<Position> positions;
  if (!account.exists) return positions;
  const Key key = EventIdKey(account.number, source, id);
  const auto value = PositionsOf(key);
  if (!value.ok()) return value.status();
  for (ByteReader in(*value); !in.AtEnd() && in.ok();) positions.emplace_back(in.Varint());
  looked_up_key_ = key;
  looked_up_positions_ = *value;
  return positions;
}

absl::StatusOr<std::string> Projector::PositionsOf(std::string_view event_id_key) {
  const auto value = rows_.Find(event_id_key, buffer_);
  if (!value.ok()) return value.status();
  return std::string(value->value_or(std::string_view()));
}

absl::Status Projector::PutEventId(const HotAccount& account, const codec::RecordView& record, Position position) {
  const Key key = EventIdKey(account.number, record.source, record.id);
  absl::StatusOr<std::string> positions = std::string();
  if (looked_up_key_ == std::string_view(key)) {
    positions = looked_up_positions_;
  } else if (account.core.account_version > 0) {
    positions = PositionsOf(key);
    if (!positions.ok()) return positions.status();
  }
  looked_up_key_.clear();
  PutVarint(*positions, position.value);
  rows_.Put(key, *positions);
  return absl::OkStatus();
}

absl::StatusOr<Applied> Projector::Apply(const codec::RecordView& record, const relations::Event& event) {
  last_position_ = event.position;
  state_.log_size = event.position.value + 1;
  if (record.parked() && record.account_version == 0 && !std::holds_alternative<relations::ParkedRepaired>(event.body)) {
    if (auto status = ApplyParked(record, event.position); !status.ok()) return status;
    return Applied{};
  }
  if (const auto* clock = std::get_if<relations::ClockAdvanced>(&event.body)) {
    if (auto status = Settle(); !status.ok()) return status;
    state_.clock = std::max(state_.clock, clock->to);
  } else if (const auto* policy = std::get_if<relations::PolicyAdopted>(&event.body)) {
    // What falls due depends on the policies known.
    if (auto status = Settle(); !status.ok()) return status;
    if (auto status = ApplyPolicy(*policy, event.position); !status.ok()) return status;
    const Timestamp first_assessment = options_.calendar.EndOf(options_.calendar.MonthOf(policy->effective_at));
    rows_.Put(Key(Table::kDue).Time(first_assessment).Account(kEveryAccount), {});
    if (!next_due_ || first_assessment < *next_due_) next_due_ = first_assessment;
  } else if (const auto* dismissed = std::get_if<relations::ParkedDismissed>(&event.body)) {
    if (auto status = CloseParked(dismissed->parked_position); !status.ok()) return status;
  } else if (!IsControl(record.type)) {
    return ApplyAccountEvent(record, event);
  }
  return Applied{};
}

absl::StatusOr<Applied> Projector::ApplyRepair(const LoggedEvent& parked, Position parked_position) {
  last_position_ = parked.event.position;
  state_.log_size = parked.event.position.value + 1;
  if (auto status = CloseParked(parked_position); !status.ok()) return status;
  return ApplyAccountEvent(parked.record, parked.event);
}

absl::Status Projector::ApplyPolicy(const relations::PolicyAdopted& adopted, Position position) {
  auto policy = relations::ParsePolicy(adopted.definition);
  if (!policy.ok()) return policy.status();
  auto lineage = std::make_shared<relations::PolicyLineage>(*state_.policies);
  lineage->Adopt(*std::move(policy), adopted.effective_at, adopted.control_epoch, position);
  state_.policies = std::move(lineage);
  PutVarint(state_.policy_positions, position.value);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Position>> Projector::PositionsUnder(std::string_view key) const {
  const auto value = rows_.Get(key);
  if (!value.ok()) return value.status();
  std::vector<Position> positions;
  if (*value)
    for (ByteReader in(**value); !in.AtEnd() && in.ok();) positions.emplace_back(in.Varint());
  return positions;
}

void Projector::PutPositions(std::string_view key, const std::vector<Position>& positions) {
  std::string value;
  for (const Position position : positions) PutVarint(value, position.value);
  if (positions.empty())
    rows_.Delete(key);
  else
    rows_.Put(key, value);
}

absl::StatusOr<std::vector<Position>> Projector::OpenParked(const codec::RecordView& record) const {
  return PositionsUnder(ParkedIdKey(record.account_id, record.source, record.id));
}

absl::Status Projector::ApplyParked(const codec::RecordView& record, Position position) {
  std::string value;
  PutVarint(value, record.park_reason);
  PutLengthPrefixed(value, record.account_id);
  const Key ids = ParkedIdKey(record.account_id, record.source, record.id);
  PutLengthPrefixed(value, ids);
  rows_.Put(Key(Table::kParked).At(position), value);
  auto open = PositionsUnder(ids);
  if (!open.ok()) return open.status();
  if (open->size() == kParkedOfIdMax) open->erase(open->begin());
  open->push_back(position);
  PutPositions(ids, *open);
  return AddToParkedCount(std::string(record.account_id), 1);
}

absl::Status Projector::CloseParked(Position parked) {
  const Key key = Key(Table::kParked).At(parked);
  const auto value = rows_.Get(key);
  if (!value.ok()) return value.status();
  if (!*value) return absl::OkStatus();
  ByteReader in(**value);
  in.Varint();
  const std::string account_id(in.LengthPrefixed()), ids(in.LengthPrefixed());
  rows_.Delete(key);
  if (!ids.empty()) {
    auto open = PositionsUnder(ids);
    if (!open.ok()) return open.status();
    std::erase(*open, parked);
    PutPositions(ids, *open);
  }
  return AddToParkedCount(account_id, -1);
}

absl::Status Projector::AddToParkedCount(const std::string& account_id, int64_t by) {
  const Key key = Key(Table::kParkedCount).Text(account_id);
  const auto count = ReadVarint(rows_, key);
  if (!count.ok()) return count.status();
  const uint64_t now = *count + static_cast<uint64_t>(by);
  if (now == 0) {
    rows_.Delete(key);
  } else {
    std::string value;
    PutVarint(value, now);
    rows_.Put(key, value);
  }
  return AddToCounter("parked", by);
}

absl::Status Projector::AddToCounter(std::string_view name, int64_t by) {
  const Key key = Key(Table::kCounter).Text(name);
  const auto count = ReadVarint(rows_, key);
  if (!count.ok()) return count.status();
  std::string value;
  PutVarint(value, *count + static_cast<uint64_t>(by));
  rows_.Put(key, value);
  return absl::OkStatus();
}

absl::StatusOr<Applied> Projector::ApplyAccountEvent(const codec::RecordView& record, const relations::Event& event) {
  const auto loaded = Load(std::string(record.account_id));
  if (!loaded.ok()) return loaded.status();
  HotAccount& account = **loaded;
  if (!account.exists) {
    account.number = AccountNumber(state_.accounts++);
    account.exists = true;
    std::string number;
    PutBigEndian(number, account.number.value);
    rows_.Put(Key(Table::kName).Text(record.account_id), number);
    if (auto status = AddToCounter("accounts", 1); !status.ok()) return status;
  } else if (account.indexed && account.indexed->due && *account.indexed->due <= state_.clock) {
    // What fell due before this event must be told before it, however far the sweep got.
    if (auto status = Sweep(account); !status.ok()) return status;
  }
  if (event.type == EventType::kUnknown)
    if (auto status = AddToCounter("unknown", 1); !status.ok()) return status;
  if (auto status = PutEventId(account, record, event.position); !status.ok()) return status;
  rows_.Put(Key(Table::kTimeline, account.number).Time(event.occurred_at).At(event.position), {});
  state_.newest = std::max(state_.newest, event.occurred_at);

  Applied applied;
  const bool late = account.core.account_version > 0 && event.occurred_at < account.core.last_event_at;
  auto transition = late ? FoldLate(account, event) : FoldInOrder(account, event);
  if (!transition.ok()) return transition.status();
  account.told_to = std::max(account.told_to, BusinessTime(account.core));
  if (!account.dirty) changed_.push_back(&account);
  account.dirty = true;
  PutOutbox(account, transition->outbox);
  applied.account_version = account.core.account_version;
  applied.anomalies = std::move(transition->anomalies);
  return applied;
}

void Projector::PutOutbox(const HotAccount& account, const std::vector<relations::OutboxMessage>& messages) {
  uint8_t n = 0;
  outbox_grew_ |= !messages.empty();
  for (const auto& message : messages)
    rows_.Put(Key(Table::kOutbox).At(message.origin).U8(n++), codec::EncodeOutboxRecord(message, account.core.id));
}

absl::Status Projector::Reindex(HotAccount& account) {
  const Timestamp at = BusinessTime(account.core);
  const auto context = Context(last_position_);
  IndexedAs now;
  // At the very instant of the newest event something may fall due that comes after it.
  const auto due = relations::NextDue(account.core, context);
  if (at <= account.core.last_event_at && (!due || *due > at)) {
    now = IndexOf(account.core, at, context);
  } else {
    relations::AccountCore advanced = account.core;
    relations::AdvanceTo(advanced, at, context);
    now = IndexOf(advanced, at, context);
  }
  now.told_to = account.told_to = std::max(account.told_to, at);
  now.told = account.told;
  // Only the earliest due time is remembered: when it goes, the next one is looked up.
  if (account.indexed && account.indexed->due && account.indexed->due != now.due && account.indexed->due == next_due_)
    next_due_known_ = false;
  if (now.due && (!next_due_ || *now.due < *next_due_)) next_due_ = now.due;
  WriteIndexes(rows_, account.number, account.core.id.value, account.indexed ? &*account.indexed : nullptr, now);
  account.indexed = std::move(now);
  buffer_.clear();
  EncodeAccountRow(account.core, *account.indexed, buffer_);
  rows_.Put(Key(Table::kRow, account.number).U8(0), buffer_);
  return absl::OkStatus();
}

absl::Status Projector::Settle() {
  for (HotAccount* account : changed_) {
    if (auto status = Reindex(*account); !status.ok()) return status;
    account->dirty = false;
  }
  changed_.clear();
  return absl::OkStatus();
}

absl::Status Projector::Finish(store::Batch& batch) {
  if (auto status = Settle(); !status.ok()) return status;
  if (options_.tells_feed) {
    for (const auto& [number, row] : feed_rows_) {
      std::string key;
      PutBigEndian(key, number);
      batch.Put(store::Family::kFeed, key, row);
    }
    if (!feed_rows_.empty()) batch.Put(store::Family::kMeta, kMetaFeedSize, LittleEndian64(state_.feed_size));
  }
  feed_rows_.clear();
  EvictColdAccounts();
  return absl::OkStatus();
}

void Projector::Cool(const HotAccount& account) {
  if (!account.exists) return;
  std::string row;
  EncodeAccountRow(account.core, *account.indexed, row);
  cache_.Put(account.core.id.value, {account.number, std::move(row)});
}

void Projector::EvictColdAccounts() {
  if (hot_.size() <= options_.hot_accounts_max) return;
  // Any account can be loaded again from its row, which is what was put of it last. Those not
  // used since the last time go, and so many others that this is rare.
  size_t surplus = hot_.size() - options_.hot_accounts_max / 2;
  last_loaded_ = nullptr;
  for (const bool used_too : {false, true}) {
    for (auto it = hot_.begin(); it != hot_.end() && surplus > 0;) {
      if (used_too || !std::exchange(it->second.used, false)) {
        Cool(it->second);
        it = hot_.erase(it);
        --surplus;
      } else {
        ++it;
      }
    }
  }
}

}  // namespace guanxi::partition
