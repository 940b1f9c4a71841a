#include "relations/name_table.h"

#include <algorithm>

namespace guanxi::relations {
namespace {

// The slot of the name; where there is none the lowest free one, filled.
uint16_t SlotOf(NameTable& table, std::string_view name) {
  size_t free = table.names.size();
  for (size_t i = 0; i < table.names.size(); ++i) {
    if (table.names[i] == name) return static_cast<uint16_t>(i);
    if (table.names[i].empty()) free = std::min(free, i);
  }
  if (free == table.names.size()) table.names.emplace_back();
  table.names[free] = name;
  return static_cast<uint16_t>(free);
}

bool Contains(const NameTable& table, const NameSet& set, std::string_view name) {
  for (size_t i = 0; i < set.size; ++i)
    if (table.names[set.ids[i]] == name) return true;
  return false;
}

}  // namespace

void AddName(NameTable& table, NameSet& set, std::string_view name) {
  if (name.empty() || set.size == kNamesPerSetMax || Contains(table, set, name)) return;
  const uint16_t slot = SlotOf(table, name);
  const auto end = set.ids.begin() + set.size;
  const auto at = std::lower_bound(set.ids.begin(), end, slot);
  std::move_backward(at, end, end + 1);
  *at = slot;
  ++set.size;
}

void ReclaimNames(NameTable& table, const NameUnion& live) {
  for (size_t i = 0; i < table.names.size(); ++i)
    if (!live.Has(i)) table.names[i].clear();
  while (!table.names.empty() && table.names.back().empty()) table.names.pop_back();
}

}  // namespace guanxi::relations
