// Reading accounts from a view: now, and as of any (known_to, valid_to).
// Pure functions of the view; safe from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "partition/feed.h"
#include "partition/view.h"
#include "relations/account.h"
#include "relations/assess.h"

namespace guanxi::partition {

// An account with the business clock advanced to valid_to.
struct AccountAt {
  AccountNumber number;
  relations::AccountCore core;
  Timestamp valid_to;
  Position known_to;
  uint64_t parked_events = 0;  // open now, whatever the as-of
};

struct AsOf {
  std::optional<Position> known_to;   // inclusive
  std::optional<Timestamp> valid_to;  // inclusive
};

// ACCOUNT_NOT_FOUND when no event of it was known and valid; metadata
// parked_event_count when some only wait for repair. Without as_of: two
// or three point reads. With: a fold from the nearest snapshot.
absl::StatusOr<AccountAt> ReadAccount(const View& view, const std::string& account_id, const AsOf& as_of = {});
relations::Assessment AssessAt(const View& view, const AccountAt& account);
const relations::Policy& PolicyAt(const View& view, const AccountAt& account);

// Account ids linked to the external id now; usually none or one.
absl::StatusOr<std::vector<std::string>> FindByExternalId(const View& view, const std::string& system, const std::string& external_id);

// The greatest position whose running maximum of recorded_at is <= t; nothing when there is none.
absl::StatusOr<std::optional<Position>> KnownAt(const View& view, Timestamp t);

// Positions of the account's events in business order, starting after the key
// `after` (empty: from the start, or the end when descending); at most `max`.
// PAGE_TOKEN_INVALID: `after` is no key of such a list, here and in ListAccounts.
struct TimelineEntry {
  Timestamp occurred_at;
  Position position;
  std::string key;  // for the next page
};
absl::StatusOr<std::vector<TimelineEntry>> ReadTimeline(const View& view, const std::string& account_id, const std::string& after,
                                                        bool descending, size_t max);

// Ids in one of the orders, starting after `after`; at most `max`.
enum class AccountOrder { kId, kRevenue, kTier };
struct ListedAccount {
  std::string sort_key;  // compares across partitions; for the next page
  std::string account_id;
};
absl::StatusOr<std::vector<ListedAccount>> ListAccounts(const View& view, AccountOrder order, const std::string& after, size_t max);
absl::StatusOr<std::vector<std::string>> ListByOwner(const View& view, const std::string& owner, const std::string& after, size_t max);

// Every account's net revenue in the months [from, to], by currency.
struct MonthlyRevenue {
  std::string month;  // "2024-03"
  AccountNumber account;
  relations::CurrencyCode currency;
  int128 net_revenue = 0;
  uint64_t orders = 0;
};
absl::Status ScanMonths(const View& view, Month from, Month to, const std::function<void(const MonthlyRevenue&)>& f);
// Accounts per computed tier, index by Tier number.
absl::StatusOr<std::vector<uint64_t>> CountByTier(const View& view);

// Rows [from, from + max) of the change feed.
absl::StatusOr<std::vector<FeedRow>> ReadFeed(const View& view, uint64_t from, size_t max);

struct ParkedEntry {
  Position position;
  uint32_t reason = 0;  // Reason's number
  std::string account_id;
};
absl::StatusOr<std::vector<ParkedEntry>> ListParked(const View& view, const std::string& account_id, Position from, size_t max);
// "accounts", "unknown", "parked".
absl::StatusOr<uint64_t> ReadCounter(const View& view, std::string_view name);
// Positions stored under an event's key (several only on a hash collision: check the records).
absl::StatusOr<std::vector<Position>> FindEvent(const View& view, const std::string& account_id, std::string_view source,
                                                std::string_view id);

}  // namespace guanxi::partition
