// A made-up firm that sells to key accounts: events of every type a client may
// append, for trying out and measuring. Nothing in it is about anyone real, and
// every event says so: source "urn:guanxi:synthetic", extension "synthetic" = "true".
//
//   * Deterministic: the same options give the same events, byte for byte, in
//     the same order, on every machine (integers only, own random numbers).
//     Account ids do not depend on the seed: use one seed per server.
//   * The order is that of arrival. One event in ten arrives late: mostly up to an
//     hour or some days, one late event in a hundred up to six months. In order
//     of occurred_at the events contradict nothing: no anomalies.
//   * The shape: revenue falls with the account's rank (Zipf), with seasons,
//     growth and churn; about 5% are designated key accounts. Personas make
//     all four tiers come out, given a year or two: about 2% STRATEGIC, 5%
//     PARTNER and 20% PREFERRED.
//   * "syn-000001" ... are the accounts; "giant" is one more, with as many
//     events as told, a tenth of that in open invoices and a two-hundredth in contacts.
//
// Cost: about 2-3 µs per event beside the sink. Memory: 2-3 KB per account at the
// natural number of events: its story, its events of one month and those still to arrive.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time.h"
#include "importers/import.h"

namespace guanxi::importers {

inline constexpr char kSyntheticSource[] = "urn:guanxi:synthetic";
inline constexpr char kGiantAccountId[] = "giant";
inline constexpr uint32_t kGiantEventsDefault = 100'000;
inline constexpr uint32_t kGiantFromAccounts = 1'000;

struct GeneratorOptions {
  // 1 .. 10,000,000, the giant not counted.
  uint32_t accounts = 2'000;
  // All events have from <= occurred_at < to; at least a day, at most 50 years.
  Timestamp from;
  Timestamp to;
  uint64_t seed = 1;
  // About how many events an account has over the whole time, on average. 0:
  // as many as its persona makes, some 4 a month. Far from that the tiers come out differently.
  uint32_t events_per_account = 0;
  // Exactly; 0: no giant, otherwise at least 1,000. Not set: kGiantEventsDefault from kGiantFromAccounts accounts on, else 0.
  std::optional<uint32_t> giant_events;
  // ISO 4217, of all amounts.
  std::string currency = "EUR";
  // Of the working hours. |offset| <= 14 h.
  int64_t utc_offset_micros = 0;
};

struct GeneratorReport {
  uint64_t events = 0;
  // Those that arrived after their time.
  uint64_t late = 0;
  // "OrderPlaced" -> count.
  std::map<std::string, uint64_t> types;
  std::optional<Timestamp> newest_occurred_at;
};

// REQUEST_INVALID for options out of bounds; the sink's status when it refuses.
absl::Status Generate(const GeneratorOptions& options, EventSink& sink, GeneratorReport& report);

}  // namespace guanxi::importers
