// This machine's clock, as the client reads it.
#pragma once

#include <chrono>

#include "base/time.h"

namespace guanxi::cli {

inline Timestamp WallClock() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

}  // namespace guanxi::cli
