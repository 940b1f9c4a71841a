// The key under which an event id is remembered (keys.h, 'd').
#pragma once

#include <string_view>

#include "partition/keys.h"

namespace guanxi::partition {

// Two ids may share a key (XXH3-64 is no cryptographic hash): the value lists
// every position, and the records decide.
Key EventIdKey(AccountNumber account, std::string_view source, std::string_view id);

}  // namespace guanxi::partition
