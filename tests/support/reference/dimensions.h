// The eight dimensions and the month sums under them, each computed by scanning
// all facts of the account.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/int128.h"
#include "support/reference/facts.h"
#include "support/reference/policy.h"
#include "support/reference/sla.h"

namespace guanxi::reference {

// Sums of one month in one currency, in 10^-6. A cancellation counts in its own month.
struct MonthSums {
  int64_t orders = 0;
  int128 revenue = 0, profit = 0, units = 0, project_income = 0;
  bool operator==(const MonthSums&) const = default;
};

using SumsByCurrency = std::map<std::string, std::map<Month, MonthSums>>;
SumsByCurrency SumsOf(const Facts& facts, const BusinessCalendar& calendar);

// nullopt: not applicable.
using Dimensions = std::array<std::optional<int64_t>, kDimensions>;

// What everything below is computed from.
struct View {
  const Facts& facts;
  Instant now;
  const Policy& policy;
  const BusinessCalendar& calendar;

  Month month() const { return calendar.MonthOf(now.t); }
  // Whether t lies in the last n calendar months, the current one included.
  bool InLastMonths(Timestamp t, int32_t n) const;
  bool InW12(Timestamp t) const { return InLastMonths(t, 12); }
};

bool ActiveAt(const Contract& contract, Timestamp t);
bool RunsForMonths(const Contract& contract, int64_t months, const BusinessCalendar& calendar);
// At some time in W12 up to now: one that begins later does not count yet.
bool ActiveInW12(const Contract& contract, const View& view);
// Executives on both sides.
bool IsExecutiveMeeting(const Visit& visit);
std::set<std::string> DepartmentsMet(const View& view);
std::set<v1::Level> LevelsMet(const View& view);
std::set<std::string> BusinessLines(const View& view);
// Full years since the first contract or order; 0 when there is none.
int64_t YearsSinceFirst(const View& view);
// Hits and misses by month, of all time.
struct SlaCounts {
  int64_t hits = 0, misses = 0;
  bool operator==(const SlaCounts&) const = default;
};
std::map<Month, SlaCounts> SlaByMonth(const View& view);

Dimensions DimensionsOf(const View& view);
std::optional<int64_t> ScoreOf(const Dimensions& dimensions, const Policy& policy);

}  // namespace guanxi::reference
