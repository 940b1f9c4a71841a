// What the change feed is told: tier changes once, and what takes an earlier one back.
#include <algorithm>

#include "partition/keys.h"
#include "partition/projector.h"

namespace guanxi::partition {
namespace {

struct ToldRow {
  Told told;
  std::string key;
};

// What was told of the account from `since` on and holds still, in order of time; of one instant as it was told.
absl::StatusOr<std::vector<ToldRow>> LiveSince(const Overlay& rows, AccountNumber account, Timestamp since) {
  std::vector<ToldRow> live;
  absl::Status failed;
  const auto scanned = rows.Scan(Key(Table::kTold, account), [&](std::string_view key, std::string_view value) {
    auto told = DecodeTold(value);
    if (!told.ok()) return failed = told.status(), false;
    if (told->live && told->at >= since) live.push_back({*std::move(told), std::string(key)});
    return true;
  });
  failed.Update(scanned);
  if (!failed.ok()) return failed;
  std::stable_sort(live.begin(), live.end(), [](const ToldRow& a, const ToldRow& b) { return a.told.at < b.told.at; });
  return live;
}

}  // namespace

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
  auto live = LiveSince(rows_, account.number, since);
  if (!live.ok()) return live.status();
  std::vector<Told> told;
  for (const ToldRow& row : *live) told.push_back(row.told);
  std::erase_if(changes, [&](const auto& change) { return change.at < since; });

  for (const auto& correction : Corrections(told, changes)) {
    FeedRow row{cause, {}, correction.kind, std::nullopt, {}};
    if (correction.told) {
      ToldRow& old = (*live)[*correction.told];
      row.supersedes = old.told.feed_number;
      row.change.at = old.told.at, row.change.from = old.told.from, row.change.to = old.told.to;
      old.told.live = false;
      rows_.Put(old.key, EncodeTold(old.told));
    }
    if (correction.now) row.change = changes[*correction.now];
    if (auto status = AppendTold(account, std::move(row)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace guanxi::partition
