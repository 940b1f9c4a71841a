#include "importers/text.h"

#include <algorithm>
#include <charconv>

namespace guanxi::importers {
namespace {

constexpr int64_t kMicrosMax = 1'000'000'000'000'000'000;
constexpr size_t kPlainIdBytesMax = 100;

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int32_t> Digits(std::string_view text, size_t from, size_t count) {
  if (text.size() < from + count || !AllDigits(text.substr(from, count))) return std::nullopt;
  return static_cast<int32_t>(*ParseInteger(text.substr(from, count)));
}

// Days of "2010-12-01" or "20101201"; `text` is left at what follows.
std::optional<int64_t> TakeDate(std::string_view& text) {
  const size_t gap = text.size() > 4 && text[4] == '-' ? 1 : 0;
  const auto year = Digits(text, 0, 4);
  const auto month = Digits(text, 4 + gap, 2);
  const auto day = Digits(text, 6 + 2 * gap, 2);
  if (!year || !month || !day || (gap == 1 && text[7] != '-')) return std::nullopt;
  if (*year < 1 || *month < 1 || *month > 12 || *day < 1 || *day > DaysInMonth(*year, *month)) return std::nullopt;
  text.remove_prefix(8 + 2 * gap);
  return DaysFromCivil({*year, *month, *day});
}

// Seconds of "", " 08:26", "T08:26:00".
std::optional<int64_t> SecondsOfDay(std::string_view text) {
  if (text.empty()) return 0;
  if (text.front() != ' ' && text.front() != 'T') return std::nullopt;
  const auto hour = Digits(text, 1, 2);
  const auto minute = Digits(text, 4, 2);
  const bool has_seconds = text.size() == 9;
  const auto second = has_seconds ? Digits(text, 7, 2) : std::optional<int32_t>(0);
  if ((text.size() != 6 && !has_seconds) || text[3] != ':' || (has_seconds && text[6] != ':')) return std::nullopt;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return int64_t{*hour} * 3600 + int64_t{*minute} * 60 + *second;
}

// Bytes that follow a leading byte, and the range the first of them lies in.
struct Utf8Tail {
  int count;
  uint8_t low;
  uint8_t high;
};

Utf8Tail TailOf(uint8_t lead) {
  if (lead < 0x80) return {0, 0, 0};
  if (lead >= 0xc2 && lead <= 0xdf) return {1, 0x80, 0xbf};
  if (lead == 0xe0) return {2, 0xa0, 0xbf};
  if (lead == 0xed) return {2, 0x80, 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {2, 0x80, 0xbf};
  if (lead == 0xf0) return {3, 0x90, 0xbf};
  if (lead >= 0xf1 && lead <= 0xf3) return {3, 0x80, 0xbf};
  if (lead == 0xf4) return {3, 0x80, 0x8f};
  return {-1, 0, 0};
}

}  // namespace

std::optional<int64_t> ParseMicros(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (!AllDigits(whole) || (point != std::string_view::npos && !AllDigits(fraction))) return std::nullopt;
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  const auto units = ParseInteger(whole);
  if (!units || *units > kMicrosMax / 1'000'000 || fraction.size() > 6) return std::nullopt;
  int64_t micros = *units;
  for (size_t i = 0; i < 6; ++i) micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  if (micros > kMicrosMax) return std::nullopt;
  return negative ? -micros : micros;
}

std::optional<int64_t> ParseInteger(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Timestamp> ParseLocalTime(std::string_view text, int64_t utc_offset_micros) {
  const auto days = TakeDate(text);
  if (!days) return std::nullopt;
  const auto seconds = SecondsOfDay(text);
  if (!seconds) return std::nullopt;
  const Timestamp at{*days * kMicrosPerDay + *seconds * kMicrosPerSecond - utc_offset_micros};
  if (at < kEarliestTimestamp || at > kLatestTimestamp) return std::nullopt;
  return at;
}

bool IsUtf8(std::string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const Utf8Tail tail = TailOf(static_cast<uint8_t>(bytes[i++]));
    if (tail.count < 0 || bytes.size() - i < static_cast<size_t>(tail.count)) return false;
    for (int n = 0; n < tail.count; ++n, ++i) {
      const auto byte = static_cast<uint8_t>(bytes[i]);
      if (byte < (n == 0 ? tail.low : 0x80) || byte > (n == 0 ? tail.high : 0xbf)) return false;
    }
  }
  return true;
}

bool IsPlainId(std::string_view text) {
  const auto plain = [](char c) { return static_cast<uint8_t>(c) >= 0x20 && c != 0x7f && c != '/'; };
  return !text.empty() && text.size() <= kPlainIdBytesMax && std::all_of(text.begin(), text.end(), plain) && IsUtf8(text);
}

std::string_view Trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace guanxi::importers
