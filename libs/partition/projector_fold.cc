// The projector's folds: in order, late, snapshots, and what they tell.
#include <algorithm>
#include <iterator>
#include <map>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "partition/keys.h"
#include "partition/projector.h"
#include "partition/snapshots.h"
#include "relations/row_coding.h"

namespace guanxi::partition {
namespace {

using relations::Child;
using relations::ChildKey;
using relations::ChildKind;
using relations::ChildSet;

Key RowKey(AccountNumber account, const ChildKey& key) { return Key(Table::kRow, account).U8(static_cast<uint8_t>(key.kind)).Text(key.id); }

using Changes = std::vector<relations::TierChange>;

void Append(Changes& changes, const Changes& more) { changes.insert(changes.end(), more.begin(), more.end()); }

// Those of an instant, made by the events folded so far.
Changes ChangesAt(const relations::AccountCore& core, Timestamp at) {
  Changes changes;
  std::copy_if(core.tier_changes.begin(), core.tier_changes.end(), std::back_inserter(changes),
               [&](const auto& change) { return change.at == at; });
  return changes;
}

// What falls due after the newest event, up to and including `to`.
void AppendDue(Changes& changes, const relations::AccountCore& core, Timestamp to, const relations::FoldContext& context) {
  const auto due = relations::NextDue(core, context);
  if (!due || *due > to) return;
  relations::AccountCore advanced = core;
  Append(changes, relations::AdvanceTo(advanced, to, context).tier_changes);
}

}  // namespace

void Projector::PutChild(AccountNumber account, const ChildKey& key, const Child* child) {
  // A month's row stands twice, the second time by month first: portfolio figures scan months, not accounts.
  const bool month = key.kind == ChildKind::kMonth;
  const Key row = RowKey(account, key), by_month = Key(Table::kMonth).Text(key.id).Account(account);
  if (child == nullptr) {
    rows_.Delete(row);
    if (month) rows_.Delete(by_month);
    return;
  }
  buffer_.clear();
  relations::EncodeChild(*child, buffer_);
  rows_.Put(row, buffer_);
  if (month) rows_.Put(by_month, buffer_);
}

absl::Status Projector::LoadChildren(const HotAccount& account, const relations::Event& event, ChildSet& children) const {
  for (auto& key : relations::ChildrenNeeded(account.core, event, options_.calendar)) {
    const auto row = rows_.Find(RowKey(account.number, key), buffer_);
    if (!row.ok()) return row.status();
    if (!*row) continue;
    auto child = relations::DecodeChild(key.kind, **row);
    if (!child.ok()) return child.status();
    children.Load(std::move(key), *std::move(child));
  }
  return absl::OkStatus();
}

absl::StatusOr<relations::Transition> Projector::FoldInOrder(HotAccount& account, const relations::Event& event) {
  ChildSet children;
  if (auto status = LoadChildren(account, event, children); !status.ok()) return status;
  const auto context = Context(event.position);
  const Timestamp told_to = account.told_to;
  // Was something told that only time had done, and that this event, coming before it, may undo?
  const auto due = told_to >= event.occurred_at ? relations::NextDue(account.core, context) : std::nullopt;
  const bool may_correct = due && *due <= told_to;
  Changes changes;
  if (may_correct) changes = ChangesAt(account.core, event.occurred_at);

  auto transition = relations::Fold(account.core, children, event, context);
  children.ForEachDirty([&](const ChildKey& key, const Child* child) { PutChild(account.number, key, child); });
  if (IsSnapshotCount(account.core.account_version))
    if (auto status = TakeSnapshot(account); !status.ok()) return status;

  Append(changes, transition.tier_changes);
  AppendDue(changes, account.core, BusinessTime(account.core), context);
  if (may_correct) {
    if (auto status = Tell(account, event.occurred_at, std::move(changes), event.position); !status.ok()) return status;
    return transition;
  }
  // Of an instant told before, by another event, this one's changes are new all the same.
  if (told_to < event.occurred_at) std::erase_if(changes, [&](const auto& change) { return change.at <= told_to; });
  if (auto status = TellNew(account, changes, event.position); !status.ok()) return status;
  return transition;
}

absl::StatusOr<relations::Transition> Projector::FoldLate(HotAccount& account, const relations::Event& event) {
  auto snapshot = LatestSnapshotBefore(rows_, account.number, event.occurred_at, event.position);
  if (!snapshot.ok()) return snapshot.status();
  if (auto status = SupersedeSnapshots(rows_, account.number, event.occurred_at, event.position); !status.ok()) return status;
  AccountMemory memory = *std::move(snapshot);
  memory.core.id = account.core.id;
  const Timestamp since = memory.core.account_version > 0 ? memory.core.last_event_at : kEarliestTimestamp;

  std::vector<Position> positions;
  const Key prefix = Key(Table::kTimeline, account.number);
  const std::string from = TimelineAfter(account.number, memory.core);
  if (auto status = rows_.Scan(prefix, from,
                               [&](std::string_view key, std::string_view) {
                                 positions.push_back(Position{GetBigEndian<uint64_t>(key.data() + key.size() - 8)});
                                 return true;
                               });
      !status.ok())
    return status;

  store::LogReader log(log_snapshot_, blocks_, log_size_);
  relations::Transition result;
  std::set<relations::ChildKey> touched;
  Changes changes = ChangesAt(memory.core, since);
  for (const Position position : positions) {
    relations::Event other;
    if (position != event.position) {
      auto logged = ReadEvent(log, unflushed_, decoder_, position);
      if (!logged.ok()) return logged.status();
      other = std::move(logged->event);
    }
    const relations::Event& next = position == event.position ? event : other;
    auto transition = FoldInMemory(memory, next, Context(event.position), &touched);
    Append(changes, transition.tier_changes);
    if (position == event.position) result = std::move(transition);
    if (IsSnapshotCount(memory.core.account_version)) PutSnapshot(rows_, account.number, memory, event.position);
  }
  for (const auto& key : touched) {
    const auto it = memory.children.find(key);
    PutChild(account.number, key, it == memory.children.end() ? nullptr : &it->second);
  }
  account.core = std::move(memory.core);
  AppendDue(changes, account.core, BusinessTime(account.core), Context(event.position));
  if (auto status = Tell(account, since, std::move(changes), event.position); !status.ok()) return status;
  return result;
}

absl::Status Projector::TakeSnapshot(const HotAccount& account) {
  AccountMemory memory;
  memory.core = account.core;
  const std::string prefix = Key(Table::kRow, account.number).bytes();
  absl::Status failed;
  const auto scanned = rows_.Scan(prefix, [&](std::string_view key, std::string_view value) {
    const auto kind = static_cast<ChildKind>(key[prefix.size()]);
    if (kind == ChildKind::kNone) return true;
    auto child = relations::DecodeChild(kind, value);
    if (!child.ok()) return failed = child.status(), false;
    memory.children.emplace(ChildKey{kind, std::string(key.substr(prefix.size() + 1))}, *std::move(child));
    return true;
  });
  if (!scanned.ok()) return scanned;
  if (!failed.ok()) return failed;
  PutSnapshot(rows_, account.number, memory, account.core.last_position);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<relations::Anomaly>> Projector::DryRun(HotAccount& account, const relations::Event& event) {
  if (account.core.account_version > 0 && event.occurred_at < account.core.last_event_at) {
    auto snapshot = LatestSnapshotBefore(rows_, account.number, event.occurred_at, event.position);
    if (!snapshot.ok()) return snapshot.status();
    AccountMemory memory = *std::move(snapshot);
    memory.core.id = account.core.id;
    if (auto status = FoldTimeline(memory, account.number, event.occurred_at, event.position); !status.ok()) return status;
    return FoldInMemory(memory, event, Context(event.position), nullptr).anomalies;
  }
  ChildSet children;
  if (auto status = LoadChildren(account, event, children); !status.ok()) return status;
  relations::AccountCore copy = account.core;
  return relations::Fold(copy, children, event, Context(event.position)).anomalies;
}

absl::Status Projector::FoldTimeline(AccountMemory& memory, AccountNumber number, Timestamp to, Position known_to) {
  store::LogReader log(log_snapshot_, blocks_, log_size_);
  absl::Status failed;
  const auto scanned =
      rows_.Scan(Key(Table::kTimeline, number), TimelineAfter(number, memory.core), [&](std::string_view key, std::string_view) {
        const Timestamp at{FromOrderedBits(GetBigEndian<uint64_t>(key.data() + key.size() - 16))};
        if (at > to) return false;
        auto logged = ReadEvent(log, unflushed_, decoder_, Position{GetBigEndian<uint64_t>(key.data() + key.size() - 8)});
        if (!logged.ok()) return failed = logged.status(), false;
        FoldInMemory(memory, logged->event, Context(known_to), nullptr);
        return true;
      });
  return failed.ok() ? scanned : failed;
}

absl::Status Projector::AppendTold(HotAccount& account, FeedRow row) {
  Told told{row.change.at, row.change.from, row.change.to, row.kind, row.kind != ChangeKind::kRetracted, state_.feed_size};
  rows_.Put(Key(Table::kTold, account.number).U32(account.told++), EncodeTold(told));
  row.account_id = account.core.id.value;
  feed_rows_.emplace_back(state_.feed_size++, EncodeFeedRow(row));
  return absl::OkStatus();
}

absl::Status Projector::TellNew(HotAccount& account, const std::vector<relations::TierChange>& changes, Position cause) {
  for (const auto& change : changes)
    if (auto status = AppendTold(account, {cause, {}, ChangeKind::kChanged, std::nullopt, change}); !status.ok()) return status;
  return absl::OkStatus();
}

absl::Status Projector::Tell(HotAccount& account, Timestamp since, std::vector<relations::TierChange> changes, Position cause) {
  std::vector<Told> told;
  std::vector<std::string> keys;
  absl::Status failed;
  const auto scanned = rows_.Scan(Key(Table::kTold, account.number), [&](std::string_view key, std::string_view value) {
    auto row = DecodeTold(value);
    if (!row.ok()) return failed = row.status(), false;
    if (row->live && row->at >= since) {
      told.push_back(*row);
      keys.emplace_back(key);
    }
    return true;
  });
  if (!scanned.ok()) return scanned;
  if (!failed.ok()) return failed;
  std::vector<size_t> order(told.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return told[a].at < told[b].at; });
  std::vector<Told> ascending;
  for (const size_t i : order) ascending.push_back(told[i]);
  std::erase_if(changes, [&](const auto& change) { return change.at < since; });

  for (const auto& correction : Corrections(ascending, changes)) {
    FeedRow row{cause, {}, correction.kind, std::nullopt, {}};
    if (correction.told) {
      Told& old = ascending[*correction.told];
      row.supersedes = old.feed_number;
      row.change.at = old.at, row.change.from = old.from, row.change.to = old.to;
      old.live = false;
      rows_.Put(keys[order[*correction.told]], EncodeTold(old));
    }
    if (correction.now) row.change = changes[*correction.now];
    if (auto status = AppendTold(account, std::move(row)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Projector::Sweep(HotAccount& account) {
  relations::AccountCore advanced = account.core;
  auto changes = relations::AdvanceTo(advanced, state_.clock, Context(last_position_)).tier_changes;
  std::erase_if(changes, [&](const auto& change) { return change.at <= account.told_to; });
  if (auto status = TellNew(account, changes, last_position_); !status.ok()) return status;
  return Reindex(account);
}

absl::StatusOr<bool> Projector::SweepSlice(size_t accounts_max) {
  if (state_.swept_to >= state_.clock) return false;
  // What is due must not depend on where a commit ended.
  if (auto status = Settle(); !status.ok()) return status;
  ++state_.sweep_slices;
  std::vector<AccountNumber> due;
  const Key end = Key(Table::kDue).Time(Timestamp{state_.clock.micros + 1});
  const std::string prefix(1, static_cast<char>(Table::kDue));
  if (auto status = rows_.Scan(prefix,
                               [&](std::string_view key, std::string_view) {
                                 if (key >= end || due.size() == accounts_max) return false;
                                 due.push_back(AccountNumber(GetBigEndian<uint32_t>(key.data() + key.size() - 4)));
                                 return true;
                               });
      !status.ok())
    return status;
  for (const AccountNumber number : due) {
    const auto row = rows_.Get(Key(Table::kRow, number).U8(0));
    if (!row.ok()) return row.status();
    if (!*row) return Refuse(Reason::STORE_CORRUPT, "a due account has no row");
    const auto core = DecodeCoreOf(**row);
    if (!core.ok()) return core.status();
    const auto account = Load(core->id.value);
    if (!account.ok()) return account.status();
    if (auto status = Sweep(**account); !status.ok()) return status;
  }
  if (due.size() < accounts_max) state_.swept_to = state_.clock;
  return state_.swept_to < state_.clock;
}

absl::StatusOr<std::optional<Timestamp>> Projector::NextDue() {
  if (next_due_known_) return next_due_;
  std::optional<Timestamp> next;
  const auto status = rows_.Scan(Key(Table::kDue), [&](std::string_view key, std::string_view) {
    next = Timestamp{FromOrderedBits(GetBigEndian<uint64_t>(key.data() + 1))};
    return false;
  });
  if (!status.ok()) return status;
  next_due_ = next, next_due_known_ = true;
  return next;
}

}  // namespace guanxi::partition
