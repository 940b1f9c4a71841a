// Amounts as events carry them. Currencies are never added to each other.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace guanxi::relations {

// An ISO 4217 code, three capital letters; empty when none is known. Whether the
// code is in the standard's list is checked where events enter, not here.
struct CurrencyCode {
  std::array<char, 3> letters{};

  constexpr CurrencyCode() = default;
  // Precondition: text is empty or three characters.
  constexpr explicit CurrencyCode(std::string_view text) {
    for (size_t i = 0; i < letters.size() && i < text.size(); ++i) letters[i] = text[i];
  }
  // Three capital letters, or nothing.
  static constexpr std::optional<CurrencyCode> Parse(std::string_view text) {
    if (text.size() != 3) return std::nullopt;
    for (const char c : text)
      if (c < 'A' || c > 'Z') return std::nullopt;
    return CurrencyCode(text);
  }

  constexpr bool empty() const { return letters[0] == 0; }
  constexpr std::string_view view() const { return empty() ? std::string_view{} : std::string_view(letters.data(), 3); }
  friend constexpr auto operator<=>(const CurrencyCode&, const CurrencyCode&) = default;
};

// micros: 10^-6 of the currency's unit (12.50 EUR is 12500000); |micros| <= 10^18.
struct Money {
  int64_t micros = 0;
  CurrencyCode currency;
  friend constexpr auto operator<=>(const Money&, const Money&) = default;
};

}  // namespace guanxi::relations
