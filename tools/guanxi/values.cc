#include "tools/guanxi/values.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>

#include "codec/proto_time.h"
#include "relations/event_type.h"

namespace guanxi::cli {
namespace {

template <class Integer>
std::optional<Integer> ParseDigits(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Grouped(std::string digits) {
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

// "partner" -> "TIER_PARTNER", with that prefix or without.
std::string EnumName(std::string_view prefix, std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (!name.starts_with(prefix)) name.insert(0, prefix);
  return name;
}

}  // namespace

std::optional<guanxi::v1::LogPosition> ParsePosition(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto partition = ParseDigits<uint32_t>(text.substr(0, colon));
  const auto position = ParseDigits<uint64_t>(text.substr(colon + 1));
  if (!partition || !position) return std::nullopt;
  guanxi::v1::LogPosition parsed;
  parsed.set_partition(*partition);
  parsed.set_position(*position);
  return parsed;
}

std::string FormatPosition(const guanxi::v1::LogPosition& position) {
  return std::to_string(position.partition()) + ":" + std::to_string(position.position());
}

std::optional<PositionOrTime> ParsePositionOrTime(std::string_view text) {
  if (const auto position = ParsePosition(text)) return *position;
  if (const auto time = ParseTimestamp(text)) return *time;
  return std::nullopt;
}

std::optional<int64_t> ParseUtcOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const size_t colon = text.find(':');
  const auto hours = ParseDigits<uint32_t>(text.substr(0, colon));
  const auto minutes = colon == std::string_view::npos ? 0 : ParseDigits<uint32_t>(text.substr(colon + 1));
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || (*hours == 14 && *minutes > 0)) return std::nullopt;
  const int64_t micros = (int64_t{*hours} * 60 + *minutes) * 60 * kMicrosPerSecond;
  return negative ? -micros : micros;
}

std::optional<guanxi::v1::ExternalId> ParseExternalId(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  guanxi::v1::ExternalId id;
  id.set_system(std::string(text.substr(0, colon)));
  id.set_external_id(std::string(text.substr(colon + 1)));
  return id;
}

std::optional<guanxi::event::v1::Tier> ParseTier(std::string_view text) {
  guanxi::event::v1::Tier tier;
  if (!guanxi::event::v1::Tier_Parse(EnumName("TIER_", text), &tier) || tier == guanxi::event::v1::TIER_UNSPECIFIED) return std::nullopt;
  return tier;
}

std::optional<guanxi::event::v1::AccountType> ParseAccountType(std::string_view text) {
  guanxi::event::v1::AccountType type;
  if (!guanxi::event::v1::AccountType_Parse(EnumName("ACCOUNT_TYPE_", text), &type)) return std::nullopt;
  if (type == guanxi::event::v1::ACCOUNT_TYPE_UNSPECIFIED) return std::nullopt;
  return type;
}

std::string FormatTier(guanxi::event::v1::Tier tier) {
  if (tier == guanxi::event::v1::TIER_UNSPECIFIED) return "-";
  const std::string& name = guanxi::event::v1::Tier_Name(tier);
  return name.empty() ? std::to_string(static_cast<int>(tier)) : name.substr(std::string_view("TIER_").size());
}

std::string FormatTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return FormatTimestamp(codec::FromProto(time));
}

std::string FormatMicros(std::string_view micros) {
  const bool negative = micros.starts_with('-');
  std::string digits(micros.substr(negative ? 1 : 0));
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::string(micros);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  std::string decimals = digits.substr(digits.size() - 6);
  while (decimals.size() > 2 && decimals.back() == '0') decimals.pop_back();
  return (negative ? "-" : "") + Grouped(digits.substr(0, digits.size() - 6)) + "." + decimals;
}

std::string FormatCount(uint64_t count) { return Grouped(std::to_string(count)); }

std::string ShortType(std::string_view type) {
  if (type.starts_with(relations::kEventTypePrefix)) type.remove_prefix(relations::kEventTypePrefix.size());
  return std::string(type);
}

}  // namespace guanxi::cli
