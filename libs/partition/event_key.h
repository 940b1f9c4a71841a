// The key under which an event id is remembered (keys.h, 'd').
#pragma once

#include <string_view>

#include "partition/keys.h"

namespace guanxi::partition {

// Two ids may share a key: the value lists every position, and the records decide.
// XXH3-64 is no cryptographic hash; two texts of one hash take 2^32 hashes to find,
// three 2^43, so nobody makes such a list long.
Key EventIdKey(AccountNumber account, std::string_view source, std::string_view id);

}  // namespace guanxi::partition
