// Time as the engine keeps it: UTC microseconds, and business months of one
// fixed offset. Proleptic Gregorian calendar; no leap seconds.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace guanxi {

// Microseconds since 1970-01-01T00:00:00Z.
struct Timestamp {
  int64_t micros = 0;
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
};

// The range events may lie in: 0001-01-01T00:00:00Z .. 9999-12-31T23:59:59.999999Z.
inline constexpr Timestamp kEarliestTimestamp{-62135596800LL * 1'000'000};
inline constexpr Timestamp kLatestTimestamp{253402300800LL * 1'000'000 - 1};

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;
inline constexpr int64_t kMicrosPerDay = 24 * kMicrosPerHour;

// Months since 1970-01 in the business calendar (1970-01 is 0; may be negative).
struct Month {
  int32_t index = 0;
  friend constexpr auto operator<=>(Month, Month) = default;
};

// Days since 1970-01-01 in the business calendar.
struct Day {
  int32_t index = 0;
  friend constexpr auto operator<=>(Day, Day) = default;
};

// The business calendar: UTC plus an offset fixed when the cluster is created.
class BusinessCalendar {
 public:
  constexpr BusinessCalendar() = default;
  // utc_offset_micros: local = UTC + offset; |offset| <= 14 h.
  constexpr explicit BusinessCalendar(int64_t utc_offset_micros) : offset_micros_(utc_offset_micros) {}

  int64_t utc_offset_micros() const { return offset_micros_; }
  Day DayOf(Timestamp t) const;
  Month MonthOf(Timestamp t) const;
  // First instant of the day or month.
  Timestamp StartOf(Day d) const;
  Timestamp StartOf(Month m) const;
  // Last microsecond of the month: the instant of the month-end assessment.
  Timestamp EndOf(Month m) const;
  // The same local time n months later; a day the month does not have becomes
  // its last day (2024-01-31 + 1 month = 2024-02-29).
  Timestamp AddMonths(Timestamp t, int32_t n) const;
  // Full years from `from` to `to`: the greatest n with AddMonths(from, 12 n) <= to; 0 when to < from.
  int32_t FullYearsBetween(Timestamp from, Timestamp to) const;

 private:
  int64_t offset_micros_ = 0;
};

// "2024-03-01T09:30:00Z" or "...00.123456Z": RFC 3339 in UTC, fraction only when not 0.
std::string FormatTimestamp(Timestamp t);
// RFC 3339 with any offset, or a date alone (midnight UTC). Finer than a microsecond is cut off.
std::optional<Timestamp> ParseTimestamp(std::string_view text);
// "2024-03".
std::string FormatMonth(Month m);

struct CivilDate {
  int32_t year;
  int32_t month;  // 1-12
  int32_t day;    // 1-31
};
// Days since 1970-01-01 (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
int64_t DaysFromCivil(CivilDate date);
CivilDate CivilFromDays(int64_t days);
int32_t DaysInMonth(int32_t year, int32_t month);

}  // namespace guanxi
