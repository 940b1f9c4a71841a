// The change feed: what subscribers were told about tiers, and the difference a
// late event makes to it.
//
//   feed family   [number u64 BE]        -> FeedRow; dense, never changed
//   view 'F'      acct n:u32             -> Told; the account's own history of it
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/strong.h"
#include "relations/account.h"

namespace guanxi::partition {

enum class ChangeKind : uint8_t { kChanged = 1, kRestated = 2, kRetracted = 3 };

// One row of the feed.
struct FeedRow {
  Position cause;  // the record whose commit told it
  std::string account_id;
  ChangeKind kind = ChangeKind::kChanged;
  std::optional<uint64_t> supersedes;  // number of the feed row this one replaces
  relations::TierChange change;
};
std::string EncodeFeedRow(const FeedRow& row);
absl::StatusOr<FeedRow> DecodeFeedRow(std::string_view bytes);

// A change the account's subscribers believe in, or did.
struct Told {
  Timestamp at;
  relations::Tier from{}, to{};
  ChangeKind kind = ChangeKind::kChanged;
  bool live = true;  // false: restated or retracted since
  uint64_t feed_number = 0;
};
std::string EncodeTold(const Told& told);
absl::StatusOr<Told> DecodeTold(std::string_view bytes);

// What must be told so that those who know `told` (live, ascending) come to know
// `now` (ascending): pairs by order; equal ones stay silent, different ones are
// restated, missing ones retracted, new ones told.
struct Correction {
  ChangeKind kind = ChangeKind::kChanged;
  std::optional<size_t> told;  // index of what is superseded
  std::optional<size_t> now;   // index of what is true
};
std::vector<Correction> Corrections(const std::vector<Told>& told, const std::vector<relations::TierChange>& now);

}  // namespace guanxi::partition
