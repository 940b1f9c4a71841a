// 128-bit sums and the one division a formula is allowed.
#pragma once

#include <cstdint>
#include <string>

namespace guanxi {

using int128 = __int128;

// numerator / denominator, rounded half to even; denominator > 0.
constexpr int128 DivideHalfEven(int128 numerator, int128 denominator) {
  int128 quotient = numerator / denominator;
  int128 remainder = numerator % denominator;
  if (remainder < 0) {
    remainder += denominator;
    --quotient;
  }
  const int128 twice = remainder * 2;
  if (twice > denominator || (twice == denominator && (quotient % 2) != 0)) ++quotient;
  return quotient;
}

// Decimal digits; money in micro-units prints as "12.50" (at least 2, at most 6 decimals).
std::string FormatInt128(int128 value);
std::string FormatMicros(int128 micros);

}  // namespace guanxi
