// From which records a topic goes on: the first record of a topic that a directory
// with a log of its own was moved to says so. No part of any log; it keeps
// directories that hold something else, or nothing, from following it. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace guanxi::intake {

inline constexpr std::string_view kBaseContentType = "application/vnd.guanxi.base";

struct LogBase {
  uint64_t size = 0;  // records; 0: none, the log begins with the topic
  std::string root;   // tree head of them
  friend bool operator==(const LogBase&, const LogBase&) = default;
};

std::string EncodeBase(const LogBase& base);
// What cannot be read is like no base there is.
LogBase DecodeBase(std::string_view bytes);

}  // namespace guanxi::intake
