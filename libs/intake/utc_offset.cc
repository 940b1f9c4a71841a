#include "intake/utc_offset.h"

#include <fmt/format.h>

#include <cctype>
#include <cstdlib>

namespace guanxi::intake {

std::string FormatUtcOffset(int32_t minutes) {
  const int32_t size = std::abs(minutes);
  return fmt::format("{}{:02}:{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

bool IsUtcOffset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  for (const size_t at : {1U, 2U, 4U, 5U})
    if (std::isdigit(static_cast<unsigned char>(text[at])) == 0) return false;
  return true;
}

}  // namespace guanxi::intake
