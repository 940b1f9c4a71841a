// What the index tables hold of one account, derived from its core at the
// partition's business time. The difference between two of these is the set of
// index rows to write; a late event is no special case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "partition/overlay.h"
#include "relations/account.h"
#include "relations/fold.h"

namespace guanxi::partition {

struct IndexedAs {
  relations::Tier tier = relations::Tier::kOrdinary;
  int16_t score = relations::kNotApplicable;
  int128 revenue = 0;  // net, last 12 months, account currency
  std::string owner, group;
  std::vector<relations::ExternalId> external_ids;
  std::optional<Timestamp> due;            // next instant the account changes by time
  Timestamp told_to = kEarliestTimestamp;  // tier changes up to here were given to the feed
  uint32_t told = 0;                       // number of rows in the account's told history
  friend bool operator==(const IndexedAs&, const IndexedAs&) = default;
};

// An account's main row: its core, and what the index tables hold of it.
struct AccountRow {
  relations::AccountCore core;
  IndexedAs indexed;
};
void EncodeAccountRow(const relations::AccountCore& core, const IndexedAs& indexed, std::string& out);
// STORE_CORRUPT when the bytes are not a row.
absl::StatusOr<AccountRow> DecodeAccountRow(std::string_view row);
absl::StatusOr<relations::AccountCore> DecodeCoreOf(std::string_view row);

// Net revenue of W12 at t in the account currency.
int128 RevenueOf12Months(const relations::AccountCore& core, Timestamp t, const BusinessCalendar& calendar);

// From a core advanced to t. told_to and told are the caller's.
IndexedAs IndexOf(const relations::AccountCore& core, Timestamp t, const relations::FoldContext& context);

// Moves the account's index rows from `before` (nullptr: none yet) to `after`.
void WriteIndexes(Overlay& rows, AccountNumber account, const std::string& account_id, const IndexedAs* before, const IndexedAs& after);

}  // namespace guanxi::partition
