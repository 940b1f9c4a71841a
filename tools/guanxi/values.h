// Values between the command line, the API's messages and the reader's eye. Pure.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "guanxi/event/v1/common.pb.h"
#include "guanxi/v1/account_service.pb.h"
#include "guanxi/v1/common.pb.h"

namespace guanxi::cli {

// "2:1234" = partition 2, position 1234.
std::optional<guanxi::v1::LogPosition> ParsePosition(std::string_view text);
std::string FormatPosition(const guanxi::v1::LogPosition& position);

// A position "2:1234" or a time "2024-03-01T09:30:00Z", "2024-03-01".
using PositionOrTime = std::variant<guanxi::v1::LogPosition, Timestamp>;
std::optional<PositionOrTime> ParsePositionOrTime(std::string_view text);

// "+08:00", "-5", "8", "Z" -> micros; |offset| <= 14 h.
std::optional<int64_t> ParseUtcOffset(std::string_view text);

// "crm:4711" -> system "crm", id "4711"; the first colon separates.
std::optional<guanxi::v1::ExternalId> ParseExternalId(std::string_view text);

// "PARTNER", "partner", "TIER_PARTNER".
std::optional<guanxi::event::v1::Tier> ParseTier(std::string_view text);
// "REGIONAL_AGENT", "regional_agent", "ACCOUNT_TYPE_REGIONAL_AGENT".
std::optional<guanxi::event::v1::AccountType> ParseAccountType(std::string_view text);
// "PARTNER"; "-" for unspecified.
std::string FormatTier(guanxi::event::v1::Tier tier);

// Empty when it is not set (0).
std::string FormatTime(const google::protobuf::Timestamp& time);

// Decimal digits of micro-units -> "1,234,567.50": at least two decimals, none cut off.
// A text that is no number comes back as it is.
std::string FormatMicros(std::string_view micros);

// 1234567 -> "1,234,567".
std::string FormatCount(uint64_t count);

// "guanxi.event.v1.OrderPlaced" -> "OrderPlaced"; other types stay whole.
std::string ShortType(std::string_view type);

}  // namespace guanxi::cli
