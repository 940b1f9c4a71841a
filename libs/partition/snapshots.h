// Snapshots of accounts: the core and every child after one event, so that a
// late event or an as-of read folds from there and not from the beginning. Taken
// at 64, 96, 128, 192, 256, 384 ... events: two to a doubling.
#pragma once

#include <bit>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "partition/overlay.h"
#include "relations/child_set.h"
#include "relations/fold.h"

namespace guanxi::partition {

// A whole account in memory.
struct AccountMemory {
  relations::AccountCore core;
  std::map<relations::ChildKey, relations::Child> children;
};

// Rows of children as they go into a snapshot, added in the order of their keys.
struct SnapshotChildren {
  void Add(relations::ChildKind kind, std::string_view id, std::string_view row);
  uint64_t count = 0;
  std::string bytes;
};

constexpr bool IsSnapshotCount(uint64_t events) { return events >= 64 && events % (std::bit_floor(events) / 2) == 0; }

// Folds the event with the children it needs; those, and what it changed, are
// added to `touched`, which may be nullptr.
relations::Transition FoldInMemory(AccountMemory& memory, const relations::Event& event, const relations::FoldContext& context,
                                   std::set<relations::ChildKey>* touched);

// Key of the first timeline entry after the account's newest folded event.
std::string TimelineAfter(AccountNumber account, const relations::AccountCore& core);

// included_to: the greatest position among the events in it.
void PutSnapshot(Overlay& rows, AccountNumber account, const AccountMemory& memory, Position included_to);
void PutSnapshot(Overlay& rows, AccountNumber account, const relations::AccountCore& core, const SnapshotChildren& children,
                 Position included_to);

// An event at (at, position) comes: snapshots of later instants no longer hold
// for readers who know it. They stay for those who do not.
absl::Status SupersedeSnapshots(Overlay& rows, AccountNumber account, Timestamp at, Position position);

// The newest snapshot that holds all events before (at, position) known at
// `position` and no other; an empty account when there is none.
absl::StatusOr<AccountMemory> LatestSnapshotBefore(const Overlay& rows, AccountNumber account, Timestamp at, Position position);

// For as-of reads: the newest snapshot of an instant <= valid_to that a reader
// who knows positions <= known_to may use; empty when there is none.
absl::StatusOr<AccountMemory> SnapshotAsOf(const Rows& rows, AccountNumber account, Position known_to, Timestamp valid_to);

}  // namespace guanxi::partition
