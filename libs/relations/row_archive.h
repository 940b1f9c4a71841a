// Writer and reader of row fields. A struct has one VisitFields function for both
// directions (row_fields.h), so that they cannot disagree. Internal to relations.
#pragma once

#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/byte_coding.h"
#include "base/int128.h"
#include "base/strong.h"
#include "base/time.h"
#include "relations/account.h"

namespace guanxi::relations {

// No list of a row is longer; a longer one is not a row.
inline constexpr size_t kRowListMax = size_t{1} << 16;

using uint128 = unsigned __int128;

class RowWriter {
 public:
  static constexpr bool kWrites = true;
  template <class T>
  using Field = const T;

  explicit RowWriter(std::string& out) : out_(out) {}
  ~RowWriter() { Flush(); }
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;

  // A mask of the fields that differ from their default, then those fields.
  template <class... Ts>
  void Sparse(const Ts&... fields) {
    static_assert(sizeof...(Ts) <= 64);
    uint64_t mask = 0, bit = 1;
    ((mask |= IsDefault(fields) ? 0 : bit, bit <<= 1), ...);
    Varint(mask);
    bit = 1;
    (((mask & bit) != 0 ? Put(fields) : static_cast<void>(0), bit <<= 1), ...);
  }

  template <class T>
  void Put(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      Varint(static_cast<uint64_t>(value));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) <= 8) {
      Varint(ZigZag(value));
    } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
      Varint(value);
    } else {
      VisitFields(*this, value);
    }
  }
  void Put(int128 value) {
    auto bits = static_cast<uint128>(value) << 1 ^ static_cast<uint128>(value >> 127);
    for (Reserve(); bits >= 0x80; bits >>= 7) buffer_[used_++] = static_cast<char>(static_cast<uint8_t>(bits) | 0x80);
    buffer_[used_++] = static_cast<char>(bits);
  }
  void Put(const std::string& value) { Text(value); }
  void Put(Timestamp value) { Varint(ZigZag(value.micros)); }
  void Put(Month value) { Varint(ZigZag(value.index)); }
  void Put(Day value) { Varint(ZigZag(value.index)); }
  void Put(Position value) { Varint(value.value + 1); }  // kNoPosition is 0
  void Put(const AccountId& value) { Text(value.value); }
  void Put(CurrencyCode value) { Text(value.view()); }
  void Put(const NameSet& set) {
    Varint(set.size);
    for (size_t i = 0; i < set.size; ++i) Varint(set.ids[i]);
  }
  template <class T>
  void Put(const std::optional<T>& value) {
    Put(*value);  // Sparse leaves empty ones out
  }
  template <class T, size_t N>
  void Put(const std::array<T, N>& values) {
    for (const T& value : values) Put(value);
  }
  template <class T>
  void Put(const std::vector<T>& values) {
    Varint(values.size());
    for (const T& value : values) Put(value);
  }

 private:
  template <class T>
  static bool IsDefault(const T& value) {
    return value == T{};
  }
  static bool IsDefault(const std::string& value) { return value.empty(); }
  template <class T>
  static bool IsDefault(const std::vector<T>& value) {
    return value.empty();
  }
  template <class T>
  static bool IsDefault(const std::optional<T>& value) {
    return !value.has_value();
  }

  // Bytes gather here first: a string that grows byte by byte costs more than the fields do.
  static constexpr size_t kBufferSize = 512, kVarintMax = 19;

  void Reserve() {
    if (used_ + kVarintMax > kBufferSize) Flush();
  }
  void Flush() {
    out_.append(buffer_, used_);
    used_ = 0;
  }
  void Varint(uint64_t value) {
    for (Reserve(); value >= 0x80; value >>= 7) buffer_[used_++] = static_cast<char>(value | 0x80);
    buffer_[used_++] = static_cast<char>(value);
  }
  void Text(std::string_view text) {
    Varint(text.size());
    if (used_ + text.size() > kBufferSize) Flush();
    if (text.size() > kBufferSize) {
      out_.append(text);
      return;
    }
    std::memcpy(buffer_ + used_, text.data(), text.size());
    used_ += text.size();
  }

  std::string& out_;
  size_t used_ = 0;
  char buffer_[kBufferSize];
};

// After the first byte that cannot be, ok() is false and everything reads as default.
class RowReader {
 public:
  static constexpr bool kWrites = false;
  template <class T>
  using Field = T;

  explicit RowReader(std::string_view row) : in_(row) {}

  bool Complete() const { return ok_ && in_.ok() && in_.AtEnd(); }
  bool ok() const { return ok_ && in_.ok(); }

  template <class... Ts>
  void Sparse(Ts&... fields) {
    const uint64_t mask = in_.Varint();
    if constexpr (sizeof...(Ts) < 64) Require(mask >> sizeof...(Ts) == 0);
    uint64_t bit = 1;
    (((mask & bit) != 0 ? Get(fields) : static_cast<void>(fields = Ts{}), bit <<= 1), ...);
  }

  template <class T>
  void Get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(Unsigned(std::numeric_limits<std::underlying_type_t<T>>::max()));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) <= 8) {
      value = static_cast<T>(Signed(std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
      value = static_cast<T>(Unsigned(std::numeric_limits<T>::max()));
    } else {
      VisitFields(*this, value);
    }
  }
  void Get(int128& value) {
    uint128 bits = 0;
    for (int shift = 0; shift < 128; shift += 7) {
      const auto byte = in_.LittleEndian<uint8_t>();
      bits |= static_cast<uint128>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) break;
      Require(shift + 7 < 128);
    }
    value = static_cast<int128>(bits >> 1) ^ -static_cast<int128>(bits & 1);
  }
  void Get(std::string& value) { value = std::string(in_.LengthPrefixed()); }
  // Far enough for any due time, near enough that no calendar overflows.
  void Get(Timestamp& value) { value.micros = Signed(kEarliestTimestamp.micros - kSlack, kLatestTimestamp.micros + kSlack); }
  void Get(Month& value) { value.index = static_cast<int32_t>(Signed(-200'000, 200'000)); }
  void Get(Day& value) { value.index = static_cast<int32_t>(Signed(-5'000'000, 5'000'000)); }
  void Get(Position& value) { value.value = in_.Varint() - 1; }
  void Get(AccountId& value) { Get(value.value); }
  void Get(CurrencyCode& value) {
    const std::string_view text = in_.LengthPrefixed();
    const auto code = CurrencyCode::Parse(text);
    Require(text.empty() || code.has_value());
    value = code.value_or(CurrencyCode{});
  }
  void Get(NameSet& set) {
    set = {};
    const uint64_t size = Unsigned(kNamesPerSetMax);
    for (size_t i = 0; i < size && ok(); ++i) set.ids[i] = static_cast<uint16_t>(Unsigned(kRowListMax - 1));
    set.size = static_cast<uint8_t>(size);
  }
  template <class T>
  void Get(std::optional<T>& value) {
    Get(value.emplace());
  }
  template <class T, size_t N>
  void Get(std::array<T, N>& values) {
    for (T& value : values) Get(value);
  }
  template <class T>
  void Get(std::vector<T>& values) {
    values.clear();
    const uint64_t size = Unsigned(kRowListMax);
    values.reserve(std::min<size_t>(size, in_.rest().size() / 4 + 1));
    for (size_t i = 0; i < size && ok(); ++i) Get(values.emplace_back());
  }

 private:
  static constexpr int64_t kSlack = int64_t{10} * 366 * kMicrosPerDay;

  void Require(bool condition) { ok_ = ok_ && condition; }
  uint64_t Unsigned(uint64_t max) {
    const uint64_t value = in_.Varint();
    Require(value <= max);
    return value <= max && ok() ? value : 0;
  }
  int64_t Signed(int64_t min, int64_t max) {
    const int64_t value = UnZigZag(in_.Varint());
    Require(min <= value && value <= max);
    return min <= value && value <= max && ok() ? value : 0;
  }

  ByteReader in_;
  bool ok_ = true;
};

}  // namespace guanxi::relations
