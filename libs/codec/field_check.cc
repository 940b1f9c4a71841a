#include "codec/field_check.h"

#include "codec/admission.h"
#include "codec/iso4217.h"

namespace guanxi::codec {

void FieldCheck::That(bool holds, std::string_view field, std::string_view rule) {
  if (!holds) Fail(Reason::FIELD_INVALID, field, rule);
}

void FieldCheck::Fail(Reason reason, std::string_view field, std::string_view why) {
  if (!status_.ok()) return;
  std::string path;
  if (list_ != nullptr) path = std::string(list_) + "[" + std::to_string(index_) + "].";
  path += field;
  status_ = Refuse(reason, path + " " + std::string(why), {{"field", path}});
}

std::string FieldCheck::Id(const std::string& value, std::string_view field, size_t bytes_max) {
  That(!value.empty(), field, "is missing");
  That(value.size() <= bytes_max, field, "is too long");
  return value;
}

std::string FieldCheck::Reference(const std::string& value, std::string_view field) {
  That(value.size() <= kFieldIdBytesMax, field, "is longer than 128 bytes");
  return value;
}

std::string FieldCheck::AccountReference(const std::string& value, std::string_view field) {
  That(IsAccountId(value), field, "is no account id");
  return value;
}

std::string FieldCheck::Name(const std::string& value, std::string_view field) {
  That(value.size() <= kNameBytesMax, field, "is longer than 512 bytes");
  return value;
}

std::string FieldCheck::Text(const std::string& value, std::string_view field) {
  That(value.size() <= kTextBytesMax, field, "is longer than 64 KiB");
  return value;
}

relations::CurrencyCode FieldCheck::Currency(const std::string& code, std::string_view field) {
  if (IsCurrencyCode(code)) return relations::CurrencyCode(code);
  Fail(Reason::CURRENCY_UNKNOWN, field, "is not in ISO 4217");
  return {};
}

int64_t FieldCheck::Micros(int64_t micros, Sign sign, std::string_view field) {
  if (micros < 0 || micros > kAmountMicrosMax || (sign == Sign::kPositive && micros == 0)) {
    Fail(Reason::AMOUNT_OUT_OF_RANGE, field, sign == Sign::kPositive ? "is not in 1 .. 10^18" : "is not in 0 .. 10^18");
  }
  return micros;
}

relations::Money FieldCheck::Amount(bool present, const event::v1::Money& money, Sign sign, std::string_view field) {
  That(present, field, "is missing");
  if (!present) return {};
  return {Micros(money.micros(), sign, field), Currency(money.currency_code(), field)};
}

std::optional<relations::Money> FieldCheck::OptionalAmount(bool present, const event::v1::Money& money, std::string_view field) {
  if (!present) return std::nullopt;
  return Amount(true, money, Sign::kNotNegative, field);
}

Timestamp FieldCheck::Time(bool present, const google::protobuf::Timestamp& time, std::string_view field) {
  That(present, field, "is missing");
  constexpr int64_t kFirstSecond = kEarliestTimestamp.micros / kMicrosPerSecond;
  constexpr int64_t kLastSecond = (kLatestTimestamp.micros + 1) / kMicrosPerSecond - 1;
  const bool in_range =
      time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  That(in_range, field, "lies outside the years 1 to 9999");
  return in_range ? Timestamp{time.seconds() * kMicrosPerSecond + time.nanos() / 1000} : Timestamp{};
}

std::optional<Timestamp> FieldCheck::OptionalTime(bool present, const google::protobuf::Timestamp& time, std::string_view field) {
  if (!present) return std::nullopt;
  return Time(true, time, field);
}

}  // namespace guanxi::codec
