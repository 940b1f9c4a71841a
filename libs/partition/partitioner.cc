#include "partition/partitioner.h"

namespace guanxi::partition {
namespace {

uint32_t Murmur2(std::string_view data) {
  constexpr uint32_t m = 0x5bd1e995;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(data[i])); };
  uint32_t h = 0x9747b28c ^ static_cast<uint32_t>(data.size());
  size_t i = 0;
  for (; i + 4 <= data.size(); i += 4) {
    uint32_t k = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    k *= m, k ^= k >> 24, k *= m;
    h *= m, h ^= k;
  }
  switch (data.size() - i) {
    case 3:
      h ^= byte(i + 2) << 16;
      [[fallthrough]];
    case 2:
      h ^= byte(i + 1) << 8;
      [[fallthrough]];
    case 1:
      h ^= byte(i), h *= m;
  }
  h ^= h >> 13, h *= m, h ^= h >> 15;
  return h;
}

}  // namespace

PartitionId PartitionOf(std::string_view account_id, uint32_t partitions) {
  return PartitionId((Murmur2(account_id) & 0x7fffffff) % partitions);
}

}  // namespace guanxi::partition
