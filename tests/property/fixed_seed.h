// The same cases on every machine, unless RC_PARAMS asks for others. rapidcheck
// prints the seed and the shrunk case.
#pragma once

#include <boost/test/unit_test.hpp>
#include <cstdlib>

namespace guanxi::property {

// Sanitizers slow the reference model down some twenty times.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// As a global fixture, before the first case: rapidcheck reads RC_PARAMS once.
struct FixedSeed {
  explicit FixedSeed(const char* params) { setenv("RC_PARAMS", params, 0); }
};

}  // namespace guanxi::property
