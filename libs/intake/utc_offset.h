// The UTC offset of business days and months decides over answers and stands in no
// record: two nodes of one topic with different ones would have the same roots and
// give other answers. So each record that a node produces says it in a header, and
// nodes compare. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace guanxi::intake {

inline constexpr std::string_view kUtcOffsetHeader = "guanxi-utc-offset";

// "+08:00": as the header has it, and as guanxid's --utc-offset takes it.
std::string FormatUtcOffset(int32_t minutes);
// Whether a header's value is one; another says nothing.
bool IsUtcOffset(std::string_view text);

}  // namespace guanxi::intake
