// A text with its first `what` replaced; a test whose text lacks it fails.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>

namespace guanxi::codec {

inline std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  const size_t at = text.find(what);
  BOOST_REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace guanxi::codec
