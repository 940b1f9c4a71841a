// Internal to codec: reading the fields of one event message by the rules that
// the protos state. Keeps the first violation; after it the values returned are
// meaningless. Not thread-safe; lives for one event.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/reason.h"
#include "base/time.h"
#include "codec/record.h"
#include "guanxi/event/v1/common.pb.h"
#include "relations/money.h"

namespace guanxi::codec {

// Limits of texts inside payloads, inclusive, in bytes.
inline constexpr size_t kFieldIdBytesMax = 128;
// Names, departments, lines, categories, regions: they become part of account rows.
inline constexpr size_t kNameBytesMax = 512;
// Reasons, purposes, complaint texts: kept in the record only.
inline constexpr size_t kTextBytesMax = size_t{64} << 10;
inline constexpr int64_t kAmountMicrosMax = 1'000'000'000'000'000'000;

enum class Sign { kPositive, kNotNegative };

class FieldCheck {
 public:
  explicit FieldCheck(const RecordView& record) : record_(record) {}

  const RecordView& record() const { return record_; }
  Timestamp occurred_at() const { return record_.occurred_at; }
  bool ok() const { return status_.ok(); }
  absl::Status TakeStatus() { return std::move(status_); }

  // Violations are reported as "lines[3].field" until Leave.
  void Enter(const char* list, int index) { list_ = list, index_ = index; }
  void Leave() { list_ = nullptr; }

  void That(bool holds, std::string_view field, std::string_view rule);
  void Fail(Reason reason, std::string_view field, std::string_view why);

  // An id the event introduces or is about: 1 .. bytes_max bytes.
  std::string Id(const std::string& value, std::string_view field, size_t bytes_max = kFieldIdBytesMax);
  // An id the event merely mentions; may be empty.
  std::string Reference(const std::string& value, std::string_view field);
  std::string AccountReference(const std::string& value, std::string_view field);
  std::string Name(const std::string& value, std::string_view field);
  std::string Text(const std::string& value, std::string_view field);

  // A number this binary does not know is a violation, not kUnspecified.
  template <class To, class From>
  To Enum(From value, bool (*is_valid)(int), std::string_view field) {
    That(is_valid(value), field, "is no known value");
    return static_cast<To>(value);
  }
  // As Enum, but must be said.
  template <class To, class From>
  To StatedEnum(From value, bool (*is_valid)(int), std::string_view field) {
    That(static_cast<int>(value) != 0, field, "is missing");
    return Enum<To>(value, is_valid, field);
  }

  relations::CurrencyCode Currency(const std::string& code, std::string_view field);
  int64_t Micros(int64_t micros, Sign sign, std::string_view field);
  relations::Money Amount(bool present, const event::v1::Money& money, Sign sign, std::string_view field);
  std::optional<relations::Money> OptionalAmount(bool present, const event::v1::Money& money, std::string_view field);

  // Finer than a microsecond is cut off.
  Timestamp Time(bool present, const google::protobuf::Timestamp& time, std::string_view field);
  std::optional<Timestamp> OptionalTime(bool present, const google::protobuf::Timestamp& time, std::string_view field);

 private:
  const RecordView& record_;
  absl::Status status_;
  const char* list_ = nullptr;
  int index_ = 0;
};

}  // namespace guanxi::codec
