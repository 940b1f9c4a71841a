// What fuzz targets assert with: stops the process, in every kind of build.
#pragma once

#include <cstdio>
#include <cstdlib>

#define GUANXI_FUZZ_CHECK(condition)                                               \
  do {                                                                             \
    if (!(condition)) {                                                            \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                \
    }                                                                              \
  } while (false)
