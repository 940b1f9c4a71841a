// Test vectors are published in hexadecimal.
#pragma once

#include <string>
#include <string_view>

namespace guanxi::ledger {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

}  // namespace guanxi::ledger
