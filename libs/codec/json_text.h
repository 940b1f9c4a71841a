// Internal to codec: JSON as Boost.JSON reads it, but for two things.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace guanxi::codec {

// PAYLOAD_UNDECODABLE when the text is no JSON (or nested deeper than 32);
// FIELD_INVALID when an object, at any depth, has a key twice: which of the two
// counts differs between parsers, so neither is believed; or when a number has
// more digits than a double keeps, as most parsers would round it silently.
absl::StatusOr<boost::json::value> ParseJson(std::string_view text);

}  // namespace guanxi::codec
