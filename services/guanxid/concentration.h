// How unequal amounts are. Sums are exact; only the answers are doubles. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "base/int128.h"

namespace guanxi::service {

struct Concentration {
  double share = 0, gini = 0, hhi = 0;
  uint64_t accounts_for_80_percent = 0, accounts = 0, top_accounts = 0, accounts_not_positive = 0;
  int128 net = 0;  // of the accounts that count
};

// Amounts of 0 or less do not count. top = max(1, floor(share * n)); population
// Gini sum((2i-n-1) x_i) / (n sum(x)) with x ascending and i from 1; HHI = sum of
// squared percentage shares. All zero when nothing counts. 0 < share <= 1.
Concentration ConcentrationOf(std::vector<int128> amounts, double share);

}  // namespace guanxi::service
