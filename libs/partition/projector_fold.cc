// The projector's folds: in order, late, and what snapshots keep of them. What is told of it: projector_tell.cc;
// what time does: projector_sweep.cc.
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

void Projector::PutChildRow(AccountNumber account, const ChildKey& key, std::optional<std::string_view> row) {
  // A month's row stands twice, the second time by month first: portfolio figures scan months, not accounts.
  const bool month = key.kind == ChildKind::kMonth;
  const Key own = RowKey(account, key), by_month = Key(Table::kMonth).Text(key.id).Account(account);
  if (!row) {
    rows_.Delete(own);
    if (month) rows_.Delete(by_month);
    return;
  }
  rows_.Put(own, *row);
  if (month) rows_.Put(by_month, *row);
}

void Projector::PutChild(AccountNumber account, const ChildKey& key, const Child* child) {
  if (child == nullptr) return PutChildRow(account, key, std::nullopt);
  buffer_.clear();
  relations::EncodeChild(*child, buffer_);
  PutChildRow(account, key, buffer_);
}

RecentPast* Projector::PastOf(HotAccount& account) {
  if (account.past != nullptr || account.core.account_version < options_.large_account_events) return account.past.get();
  large_.push_back(account.core.id.value);
  if (large_.size() > options_.large_accounts_max) {
    if (const auto oldest = hot_.find(large_.front()); oldest != hot_.end()) oldest->second.past.reset();
    large_.pop_front();
  }
  account.past = std::make_unique<RecentPast>();
  return account.past.get();
}

absl::Status Projector::LoadChildren(const HotAccount& account, const relations::Event& event, ChildSet& children) const {
  for (auto& key : relations::ChildrenNeeded(account.core, event, options_.calendar)) {
    const auto row = rows_.Find(RowKey(account.number, key), buffer_);
    if (!row.ok()) return row.status();
    if (!*row || children.Knows(key)) continue;
    auto child = relations::DecodeChild(key.kind, **row);
    if (!child.ok()) return child.status();
    children.Load(std::move(key), *std::move(child));
  }
  return absl::OkStatus();
}

absl::StatusOr<relations::Transition> Projector::FoldStored(HotAccount& account, const relations::Event& event,
                                                            const relations::FoldContext& context) {
  ChildSet children;
  if (auto status = LoadChildren(account, event, children); !status.ok()) return status;
  RecentPast* const past = PastOf(account);
  if (past != nullptr) past->Begin(account.core, event.occurred_at, event.position);
  auto transition = relations::Fold(account.core, children, event, context);
  absl::Status read;
  children.ForEachDirty([&](const ChildKey& key, const Child* child) {
    if (past != nullptr) {
      auto before = rows_.Get(RowKey(account.number, key));
      if (!before.ok()) return read.Update(before.status());
      past->Changes(key, *std::move(before));
    }
    PutChild(account.number, key, child);
  });
  if (!read.ok()) return read;
  return transition;
}

absl::StatusOr<relations::Transition> Projector::FoldInOrder(HotAccount& account, const relations::Event& event) {
  const auto context = Context(event.position);
  const Timestamp told_to = account.told_to;
  // Was something told that only time had done, and that this event, coming before it, may undo?
  const auto due = told_to >= event.occurred_at ? relations::NextDue(account.core, context) : std::nullopt;
  const bool may_correct = due && *due <= told_to;
  Changes changes;
  if (may_correct) changes = ChangesAt(account.core, event.occurred_at);

  auto folded = FoldStored(account, event, context);
  if (!folded.ok()) return folded.status();
  relations::Transition transition = *std::move(folded);
  if (IsSnapshotCount(account.core.account_version))
    if (auto status = TakeSnapshot(account, event.position); !status.ok()) return status;

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

std::vector<Position> Projector::Undo(HotAccount& account, size_t base, const relations::Event& late) {
  std::vector<RecentPast::Step> steps = account.past->TakeFrom(base);
  std::vector<Position> positions;
  bool placed = false;
  for (const RecentPast::Step& step : steps) {
    if (!placed && step.occurred_at > late.occurred_at) positions.push_back(late.position), placed = true;
    positions.push_back(step.position);
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    for (auto row = step->rows.rbegin(); row != step->rows.rend(); ++row) PutChildRow(account.number, row->first, row->second);
  account.core = *std::move(steps.front().core);
  return positions;
}

absl::StatusOr<relations::Event> Projector::EventAt(store::LogReader& log, Position position, const relations::Event& late) {
  if (position == late.position) return late;
  auto logged = ReadEvent(log, unflushed_, decoder_, position);
  if (!logged.ok()) return logged.status();
  return std::move(logged->event);
}

absl::StatusOr<std::vector<Position>> Projector::FoldFromSnapshot(HotAccount& account, LateFold& late) {
  auto snapshot = LatestSnapshotBefore(rows_, account.number, late.event.occurred_at, late.event.position);
  if (!snapshot.ok()) return snapshot.status();
  AccountMemory memory = *std::move(snapshot);
  memory.core.id = account.core.id;
  late.since = memory.core.account_version > 0 ? memory.core.last_event_at : kEarliestTimestamp;
  late.changes = ChangesAt(memory.core, late.since);

  std::vector<Position> positions;
  const Key prefix = Key(Table::kTimeline, account.number);
  const std::string from = TimelineAfter(account.number, memory.core);
  if (auto status = rows_.Scan(prefix, from,
                               [&](std::string_view key, std::string_view) {
                                 positions.emplace_back(GetBigEndian<uint64_t>(key.data() + key.size() - 8));
                                 return true;
                               });
      !status.ok())
    return status;
  // The newest events of a large account are folded on what is stored, so that they can be undone.
  const bool large = account.core.account_version >= options_.large_account_events;
  const size_t left = large ? std::min(positions.size(), RecentPast::kStepsMax) : 0;
  const auto rest = positions.end() - static_cast<std::ptrdiff_t>(left);

  store::LogReader log(log_snapshot_, blocks_, log_size_);
  std::set<relations::ChildKey> touched;
  for (auto position = positions.begin(); position != rest; ++position) {
    auto event = EventAt(log, *position, late.event);
    if (!event.ok()) return event.status();
    auto transition = FoldInMemory(memory, *event, Context(late.event.position), &touched);
    ++refolded_events_;
    Append(late.changes, transition.tier_changes);
    if (*position == late.event.position) late.result = std::move(transition), late.folded = true;
    if (IsSnapshotCount(memory.core.account_version)) PutSnapshot(rows_, account.number, memory, late.event.position);
  }
  // The events that are still to come have left their rows: they go too.
  if (left > 0)
    if (auto status = AddChangedRows(account.number, memory, touched); !status.ok()) return status;
  for (const auto& key : touched) {
    const auto it = memory.children.find(key);
    PutChild(account.number, key, it == memory.children.end() ? nullptr : &it->second);
  }
  account.core = std::move(memory.core);
  return std::vector<Position>(rest, positions.end());
}

absl::Status Projector::AddChangedRows(AccountNumber account, const AccountMemory& memory, std::set<relations::ChildKey>& keys) const {
  const std::string prefix = Key(Table::kRow, account).bytes();
  auto next = memory.children.begin();
  const auto status = rows_.Scan(prefix, [&](std::string_view bytes, std::string_view value) {
    const auto kind = static_cast<ChildKind>(bytes[prefix.size()]);
    if (kind == ChildKind::kNone) return true;
    ChildKey key{kind, std::string(bytes.substr(prefix.size() + 1))};
    for (; next != memory.children.end() && next->first < key; ++next) keys.insert(next->first);
    const bool same = next != memory.children.end() && next->first == key && relations::EncodedChild(next->second) == value;
    if (next != memory.children.end() && next->first == key) ++next;
    if (!same) keys.insert(std::move(key));
    return true;
  });
  for (; next != memory.children.end(); ++next) keys.insert(next->first);
  return status;
}

absl::Status Projector::Refold(HotAccount& account, const std::vector<Position>& positions, LateFold& late) {
  store::LogReader log(log_snapshot_, blocks_, log_size_);
  for (const Position position : positions) {
    auto event = EventAt(log, position, late.event);
    if (!event.ok()) return event.status();
    auto transition = FoldStored(account, *event, Context(late.event.position));
    if (!transition.ok()) return transition.status();
    ++refolded_events_;
    Append(late.changes, transition->tier_changes);
    if (position == late.event.position) late.result = *std::move(transition), late.folded = true;
    // Those before the late event hold as they are.
    if (late.folded && IsSnapshotCount(account.core.account_version))
      if (auto status = TakeSnapshot(account, late.event.position); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<relations::Transition> Projector::FoldLate(HotAccount& account, const relations::Event& event) {
  if (auto status = SupersedeSnapshots(rows_, account.number, event.occurred_at, event.position); !status.ok()) return status;
  LateFold late{event, {}, {}};
  std::vector<Position> positions;
  if (const auto base = account.past != nullptr ? account.past->BaseFor(event.occurred_at) : std::nullopt) {
    positions = Undo(account, *base, event);
    late.since = account.core.last_event_at;
    late.changes = ChangesAt(account.core, late.since);
  } else {
    if (account.past != nullptr) *account.past = RecentPast();
    auto rest = FoldFromSnapshot(account, late);
    if (!rest.ok()) return rest.status();
    positions = *std::move(rest);
  }
  if (auto status = Refold(account, positions, late); !status.ok()) return status;
  AppendDue(late.changes, account.core, BusinessTime(account.core), Context(event.position));
  if (auto status = Tell(account, late.since, std::move(late.changes), event.position); !status.ok()) return status;
  return std::move(late.result);
}

absl::Status Projector::TakeSnapshot(const HotAccount& account, Position included_to) {
  SnapshotChildren children;
  const std::string prefix = Key(Table::kRow, account.number).bytes();
  const auto scanned = rows_.Scan(prefix, [&](std::string_view key, std::string_view row) {
    const auto kind = static_cast<ChildKind>(key[prefix.size()]);
    if (kind != ChildKind::kNone) children.Add(kind, key.substr(prefix.size() + 1), row);
    return true;
  });
  if (!scanned.ok()) return scanned;
  PutSnapshot(rows_, account.number, account.core, children, included_to);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<relations::Anomaly>> Projector::DryRun(const HotAccount& account, std::vector<const relations::Event*> events) {
  std::stable_sort(events.begin(), events.end(), [](const auto* a, const auto* b) { return a->occurred_at < b->occurred_at; });
  const bool late = account.core.account_version > 0 && events.front()->occurred_at < account.core.last_event_at;
  return late ? DryRunLate(account, events) : DryRunInOrder(account, events);
}

absl::StatusOr<std::vector<relations::Anomaly>> Projector::DryRunInOrder(const HotAccount& account,
                                                                         const std::vector<const relations::Event*>& events) const {
  HotAccount copy;
  copy.number = account.number, copy.core = account.core;
  ChildSet children;
  for (const auto* event : events) {
    // An account that is not there yet has no number, and no rows.
    if (account.exists)
      if (auto status = LoadChildren(copy, *event, children); !status.ok()) return status;
    auto anomalies = relations::Fold(copy.core, children, *event, Context(event->position)).anomalies;
    if (!anomalies.empty()) return anomalies;
  }
  return std::vector<relations::Anomaly>();
}

absl::StatusOr<std::vector<relations::Anomaly>> Projector::DryRunLate(const HotAccount& account,
                                                                      const std::vector<const relations::Event*>& events) {
  auto snapshot = LatestSnapshotBefore(rows_, account.number, events.front()->occurred_at, events.front()->position);
  if (!snapshot.ok()) return snapshot.status();
  AccountMemory memory = *std::move(snapshot);
  memory.core.id = account.core.id;
  for (const auto* event : events) {
    if (auto status = FoldTimeline(memory, account.number, event->occurred_at, event->position); !status.ok()) return status;
    auto anomalies = FoldInMemory(memory, *event, Context(event->position), nullptr).anomalies;
    if (!anomalies.empty()) return anomalies;
  }
  return std::vector<relations::Anomaly>();
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
        ++refolded_events_;
        return true;
      });
  return failed.ok() ? scanned : failed;
}

}  // namespace guanxi::partition
