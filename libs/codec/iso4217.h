// The alphabetic currency codes of ISO 4217: current (list one) and withdrawn
// (list three), since old events name old currencies. Case-sensitive. Pure.
#pragma once

#include <string_view>

namespace guanxi::codec {

// Whether the standard has, or had, the code. A binary search over some 300.
bool IsCurrencyCode(std::string_view code);

}  // namespace guanxi::codec
