// Assertions on in production, for broken invariants of ours; never for input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace guanxi::relations {

[[noreturn]] inline void InvariantBroken(const char* file, int line, const char* what) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
  std::abort();
}

}  // namespace guanxi::relations

#define GUANXI_INVARIANT(condition) \
  ((condition) ? static_cast<void>(0) : ::guanxi::relations::InvariantBroken(__FILE__, __LINE__, #condition))
