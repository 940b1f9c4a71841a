#include "partition/key_filter.h"

#include <xxhash.h>

namespace guanxi::partition {

uint64_t KeyFilter::HashOf(std::string_view key) { return XXH3_64bits(key.data(), key.size()); }

void KeyFilter::Reset(size_t lines) {
  lines_.assign(lines, Line());
  keys_ = 0;
}

}  // namespace guanxi::partition
