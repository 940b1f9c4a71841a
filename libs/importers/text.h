// Values out of the text of files. Pure functions; each gives nothing when the
// text is not entirely such a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace guanxi::importers {

// "-12.5" -> -12500000. At most six decimals that are not zero; |value| <= 10^18 micro-units.
std::optional<int64_t> ParseMicros(std::string_view text);

// "-12", within int64.
std::optional<int64_t> ParseInteger(std::string_view text);

// "2010-12-01 08:26:00", "2010-12-01T08:26", "2010-12-01", "20101201": local time at
// the given offset. A date alone is its midnight.
std::optional<Timestamp> ParseLocalTime(std::string_view text, int64_t utc_offset_micros);

// Whether the bytes are UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool IsUtf8(std::string_view bytes);

// Whether the text may be an account id or part of another id: 1-100 bytes, no '/', no control characters.
bool IsPlainId(std::string_view text);

// Without spaces and tabs at both ends.
std::string_view Trimmed(std::string_view text);

}  // namespace guanxi::importers
