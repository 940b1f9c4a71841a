// NameSet and NameTable (account.h): adding, counting and reclaiming names.
#pragma once

#include <string_view>
#include <vector>

#include "relations/account.h"

namespace guanxi::relations {

// Adds the name to the set; no effect when it is there or the set is full.
void AddName(NameTable& table, NameSet& set, std::string_view name);

// Counts distinct names over several sets of one table.
class NameUnion {
 public:
  explicit NameUnion(const NameTable& table) {
    if (table.names.size() > kInline * 64) large_.resize((table.names.size() + 63) / 64);
  }
  void Add(const NameSet& set) {
    uint64_t* words = large_.empty() ? small_ : large_.data();
    for (size_t i = 0; i < set.size; ++i) {
      uint64_t& word = words[set.ids[i] / 64];
      const uint64_t bit = uint64_t{1} << (set.ids[i] % 64);
      count_ += (word & bit) == 0;
      word |= bit;
    }
  }
  bool Has(size_t id) const { return ((large_.empty() ? small_ : large_.data())[id / 64] >> (id % 64) & 1) != 0; }
  size_t count() const { return count_; }

 private:
  static constexpr size_t kInline = 2;
  uint64_t small_[kInline] = {};
  std::vector<uint64_t> large_;
  size_t count_ = 0;
};

// Frees the slots that no set of `live` uses.
void ReclaimNames(NameTable& table, const NameUnion& live);

}  // namespace guanxi::relations
