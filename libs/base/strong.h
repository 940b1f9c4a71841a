// base: strong ids and positions, status helpers with stable reasons, byte
// coding, time, money. The bottom layer: knows nothing of events, storage or
// the network. Everything here is a value and safe to use from any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace guanxi {

// An integer that means one thing. Different tags do not convert or compare.
template <class Tag, class Rep>
struct StrongNumber {
  Rep value{};

  constexpr StrongNumber() = default;
  constexpr explicit StrongNumber(Rep v) : value(v) {}
  friend constexpr auto operator<=>(StrongNumber, StrongNumber) = default;
};

// A string that means one thing.
template <class Tag>
struct StrongString {
  std::string value;

  StrongString() = default;
  explicit StrongString(std::string v) : value(std::move(v)) {}
  bool empty() const { return value.empty(); }
  friend auto operator<=>(const StrongString&, const StrongString&) = default;
};

// Index of a partition, 0 .. partition count - 1.
using PartitionId = StrongNumber<struct PartitionIdTag, uint32_t>;

// Index of a record in one partition's log: dense, from 0.
using Position = StrongNumber<struct PositionTag, uint64_t>;

// An account as people and other systems name it: 1-128 bytes of UTF-8 without
// control characters or '/', compared bytewise, declared non-personal.
using AccountId = StrongString<struct AccountIdTag>;

// An account inside one partition's keys: dense, from 0, never reused.
using AccountNumber = StrongNumber<struct AccountNumberTag, uint32_t>;

}  // namespace guanxi

template <class Tag, class Rep>
struct std::hash<guanxi::StrongNumber<Tag, Rep>> {
  size_t operator()(guanxi::StrongNumber<Tag, Rep> n) const noexcept { return std::hash<Rep>{}(n.value); }
};

template <class Tag>
struct std::hash<guanxi::StrongString<Tag>> {
  size_t operator()(const guanxi::StrongString<Tag>& s) const noexcept { return std::hash<std::string>{}(s.value); }
};
