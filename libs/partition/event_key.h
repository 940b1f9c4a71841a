// The keys under which ids of events are remembered (keys.h, 'd' and 'Q').
#pragma once

#include <string_view>

#include "partition/keys.h"

namespace guanxi::partition {

// Two ids may share a key: the value lists every position, and the records decide.
// XXH3-64 is no cryptographic hash; two texts of one hash take 2^32 hashes to find,
// three 2^43, so nobody makes such a list long.
Key EventIdKey(AccountNumber account, std::string_view source, std::string_view id);

// The same of what is parked ('Q'), whose account may not exist.
Key ParkedIdKey(std::string_view account_id, std::string_view source, std::string_view id);

}  // namespace guanxi::partition
