// Tells of most keys that a set does not hold them, for less than a look into the
// set: a Bloom filter whose bits for one key lie in one line of the processor's
// cache. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace guanxi::partition {

class KeyFilter {
 public:
  static uint64_t HashOf(std::string_view key);

  void Add(uint64_t hash) {
    Line& line = LineOf(hash);
    for (uint64_t& word : line.words) word |= BitOf(hash), hash = Next(hash);
    ++keys_;
  }
  // false: it was not added.
  bool MayHold(uint64_t hash) const {
    const Line& line = LineOf(hash);
    for (const uint64_t word : line.words) {
      if ((word & BitOf(hash)) == 0) return false;
      hash = Next(hash);
    }
    return true;
  }
  // Many keys for its size: MayHold is often true of others. It is to be filled anew with twice its size.
  bool IsFull() const { return keys_ >= lines_.size() * kKeysPerLine; }
  size_t lines() const { return lines_.size(); }
  // Empties it. lines: a power of two.
  void Reset(size_t lines);

 private:
  // Of four words one bit each.
  struct alignas(32) Line {
    uint64_t words[4] = {};
  };
  static constexpr size_t kKeysPerLine = 16;
  static uint64_t BitOf(uint64_t hash) { return uint64_t{1} << (hash & 63); }
  static uint64_t Next(uint64_t hash) { return hash >> 6; }
  const Line& LineOf(uint64_t hash) const { return lines_[(hash >> 32) & (lines_.size() - 1)]; }
  Line& LineOf(uint64_t hash) { return lines_[(hash >> 32) & (lines_.size() - 1)]; }

  std::vector<Line> lines_ = std::vector<Line>(1);
  size_t keys_ = 0;
};

}  // namespace guanxi::partition
