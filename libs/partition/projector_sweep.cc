// What time alone does to accounts, in slices.
#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "partition/keys.h"
#include "partition/projector.h"

namespace guanxi::partition {
namespace {

struct Due {
  std::vector<AccountNumber> accounts;
  std::string every_account;  // the row that stands for all of them, which is due after these
};

absl::StatusOr<Due> DueUpTo(const Overlay& rows, Timestamp clock, size_t accounts_max) {
  Due due;
  const Key end = Key(Table::kDue).Time(Timestamp{clock.micros + 1});
  const std::string prefix(1, static_cast<char>(Table::kDue));
  const auto scanned = rows.Scan(prefix, [&](std::string_view key, std::string_view) {
    if (key >= end || due.accounts.size() == accounts_max) return false;
    const AccountNumber number(GetBigEndian<uint32_t>(key.data() + key.size() - 4));
    if (number == kEveryAccount) return due.every_account = key, false;
    due.accounts.push_back(number);
    return true;
  });
  if (!scanned.ok()) return scanned;
  return due;
}

}  // namespace

absl::Status Projector::Sweep(HotAccount& account) {
  relations::AccountCore advanced = account.core;
  auto changes = relations::AdvanceTo(advanced, state_.clock, Context(last_position_)).tier_changes;
  std::erase_if(changes, [&](const auto& change) { return change.at <= account.told_to; });
  if (auto status = TellNew(account, changes, last_position_); !status.ok()) return status;
  return Reindex(account);
}

absl::StatusOr<HotAccount*> Projector::LoadNumber(AccountNumber number) {
  const auto row = rows_.Get(Key(Table::kRow, number).U8(0));
  if (!row.ok()) return row.status();
  if (!*row) return Refuse(Reason::STORE_CORRUPT, "a numbered account has no row");
  const auto core = DecodeCoreOf(**row);
  if (!core.ok()) return core.status();
  return Load(core->id.value);
}

absl::Status Projector::SweepAtRest(std::string_view marker, size_t accounts_max) {
  const std::string key(marker);
  const auto value = rows_.Get(key);
  if (!value.ok()) return value.status();
  const uint64_t from = ByteReader(value->value_or(std::string())).Varint();
  const uint64_t to = std::min<uint64_t>(state_.accounts, from + accounts_max);
  for (uint64_t number = from; number < to; ++number) {
    const auto account = LoadNumber(AccountNumber(static_cast<uint32_t>(number)));
    if (!account.ok()) return account.status();
    // Others are woken by what is due of theirs.
    if ((*account)->indexed && (*account)->indexed->due && *(*account)->indexed->due <= state_.clock) continue;
    if (auto status = Sweep(**account); !status.ok()) return status;
  }
  std::string looked_at;
  PutVarint(looked_at, to);
  if (to == state_.accounts) {
    rows_.Delete(key);
    next_due_known_ = false;
  } else {
    rows_.Put(key, looked_at);
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Projector::SweepSlice(size_t accounts_max) {
  if (state_.swept_to >= state_.clock) return false;
  // What is due must not depend on where a commit ended.
  if (auto status = Settle(); !status.ok()) return status;
  ++state_.sweep_slices;
  const auto due = DueUpTo(rows_, state_.clock, accounts_max);
  if (!due.ok()) return due.status();
  for (const AccountNumber number : due->accounts) {
    const auto account = LoadNumber(number);
    if (!account.ok()) return account.status();
    if (auto status = Sweep(**account); !status.ok()) return status;
  }
  if (!due->every_account.empty()) {
    if (auto status = SweepAtRest(due->every_account, accounts_max); !status.ok()) return status;
  } else if (due->accounts.size() < accounts_max) {
    state_.swept_to = state_.clock;
  }
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
