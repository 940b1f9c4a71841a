// Which partition an account belongs to: Kafka's default partitioner, murmur2
// over the id's bytes, embedded too, so that a directory can become a topic's
// partitions. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/strong.h"

namespace guanxi::partition {

PartitionId PartitionOf(std::string_view account_id, uint32_t partitions);

}  // namespace guanxi::partition
