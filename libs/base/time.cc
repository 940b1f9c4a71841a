#include "base/time.h"

#include <fmt/format.h>

#include <algorithm>

namespace guanxi {
namespace {

constexpr int64_t FloorDiv(int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }

// Reads exactly `digits` decimal digits at `at`; -1 when they are not there.
int ReadDigits(std::string_view text, size_t at, size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<int64_t> ReadDate(std::string_view text) {
  const int year = ReadDigits(text, 0, 4), month = ReadDigits(text, 5, 2), day = ReadDigits(text, 8, 2);
  if (year < 1 || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return std::nullopt;
  return DaysFromCivil({year, month, day});
}

// "Z", "+08:00", "-05:30" -> offset from UTC in micros.
std::optional<int64_t> ReadOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = ReadDigits(text, 1, 2), minutes = ReadDigits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int64_t magnitude = (int64_t{hours} * 60 + minutes) * 60 * kMicrosPerSecond;
  return text[0] == '-' ? -magnitude : magnitude;
}

}  // namespace

int64_t DaysFromCivil(CivilDate date) {
  const int64_t y = date.year - (date.month <= 2);
  const int64_t era = FloorDiv(y, 400);
  const int64_t year_of_era = y - era * 400;
  const int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate CivilFromDays(int64_t days) {
  const int64_t z = days + 719468;
  const int64_t era = FloorDiv(z, 146097);
  const int64_t doe = z - era * 146097;
  const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const int64_t mp = (5 * doy + 2) / 153;
  const int32_t day = static_cast<int32_t>(doy - (153 * mp + 2) / 5 + 1);
  const int32_t month = static_cast<int32_t>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<int32_t>(yoe + era * 400 + (month <= 2)), month, day};
}

int32_t DaysInMonth(int32_t year, int32_t month) {
  constexpr int32_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

Day BusinessCalendar::DayOf(Timestamp t) const { return Day{static_cast<int32_t>(FloorDiv(t.micros + offset_micros_, kMicrosPerDay))}; }

Month BusinessCalendar::MonthOf(Timestamp t) const {
  const CivilDate date = CivilFromDays(DayOf(t).index);
  return Month{(date.year - 1970) * 12 + date.month - 1};
}

Timestamp BusinessCalendar::StartOf(Day d) const { return Timestamp{d.index * kMicrosPerDay - offset_micros_}; }

Timestamp BusinessCalendar::StartOf(Month m) const {
  const auto year = static_cast<int32_t>(1970 + FloorDiv(m.index, 12));
  const auto month = static_cast<int32_t>(m.index - FloorDiv(m.index, 12) * 12 + 1);
  return Timestamp{DaysFromCivil({year, month, 1}) * kMicrosPerDay - offset_micros_};
}

Timestamp BusinessCalendar::EndOf(Month m) const { return Timestamp{StartOf(Month{m.index + 1}).micros - 1}; }

Timestamp BusinessCalendar::AddMonths(Timestamp t, int32_t n) const {
  const int64_t local = t.micros + offset_micros_;
  const int64_t days = FloorDiv(local, kMicrosPerDay);
  const CivilDate date = CivilFromDays(days);
  const int64_t months = int64_t{date.year} * 12 + date.month - 1 + n;
  const auto year = static_cast<int32_t>(FloorDiv(months, 12));
  const auto month = static_cast<int32_t>(months - int64_t{year} * 12 + 1);
  const int32_t day = std::min(date.day, DaysInMonth(year, month));
  return Timestamp{DaysFromCivil({year, month, day}) * kMicrosPerDay + (local - days * kMicrosPerDay) - offset_micros_};
}

int32_t BusinessCalendar::FullYearsBetween(Timestamp from, Timestamp to) const {
  if (to < from) return 0;
  const int32_t guess = (MonthOf(to).index - MonthOf(from).index) / 12;
  return AddMonths(from, 12 * guess) <= to ? guess : guess - 1;
}

std::string FormatTimestamp(Timestamp t) {
  const int64_t days = FloorDiv(t.micros, kMicrosPerDay);
  const int64_t in_day = t.micros - days * kMicrosPerDay;
  const CivilDate date = CivilFromDays(days);
  const int64_t seconds = in_day / kMicrosPerSecond, fraction = in_day % kMicrosPerSecond;
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", date.year, date.month, date.day, seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0) text += fmt::format(".{:06}", fraction);
  return text + "Z";
}

std::optional<Timestamp> ParseTimestamp(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto days = ReadDate(text);
  if (!days) return std::nullopt;
  if (text.size() == 10) return Timestamp{*days * kMicrosPerDay};
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const int h = ReadDigits(text, 11, 2), m = ReadDigits(text, 14, 2), s = ReadDigits(text, 17, 2);
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || text[13] != ':' || text[16] != ':') return std::nullopt;
  size_t at = 19;
  int64_t fraction = 0;
  if (text[at] == '.') {
    int64_t scale = kMicrosPerSecond / 10;
    const size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) fraction += (text[at] - '0') * scale;
    if (at == first) return std::nullopt;
  }
  const auto offset = ReadOffset(text.substr(at));
  if (!offset) return std::nullopt;
  const Timestamp t{*days * kMicrosPerDay + ((h * 60 + m) * 60 + s) * kMicrosPerSecond + fraction - *offset};
  if (t < kEarliestTimestamp || t > kLatestTimestamp) return std::nullopt;
  return t;
}

std::string FormatMonth(Month m) {
  const auto year = static_cast<int32_t>(1970 + FloorDiv(m.index, 12));
  return fmt::format("{:04}-{:02}", year, m.index - (year - 1970) * 12 + 1);
}

}  // namespace guanxi
