#include "base/int128.h"

#include <algorithm>

namespace guanxi {

std::string FormatInt128(int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  std::string digits;
  for (; value != 0; value /= 10) {
    const int digit = static_cast<int>(value % 10);
    digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string FormatMicros(int128 micros) {
  const bool negative = micros < 0;
  std::string digits = FormatInt128(negative ? -micros : micros);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - 6);
  while (fraction.size() > 2 && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + digits.substr(0, digits.size() - 6) + "." + fraction;
}

}  // namespace guanxi
