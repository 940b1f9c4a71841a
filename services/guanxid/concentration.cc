#include "guanxid/concentration.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace guanxi::service {
namespace {

double Ratio(int128 numerator, int128 denominator) {
  return static_cast<double>(static_cast<long double>(numerator) / static_cast<long double>(denominator));
}

// A share like 0.3 of 10 is 2.9999999999999996 in binary: a hair is forgiven.
uint64_t TopOf(double share, size_t n) {
  constexpr double kHair = 1e-9;
  return std::max<uint64_t>(1, std::min<uint64_t>(n, static_cast<uint64_t>(std::floor(share * static_cast<double>(n) + kHair))));
}

}  // namespace

Concentration ConcentrationOf(std::vector<int128> amounts, double share) {
  Concentration result;
  const auto counts = std::partition(amounts.begin(), amounts.end(), [](int128 amount) { return amount > 0; });
  result.accounts_not_positive = static_cast<uint64_t>(amounts.end() - counts);
  amounts.erase(counts, amounts.end());
  if (amounts.empty()) return result;
  std::sort(amounts.begin(), amounts.end(), std::greater<>());
  const auto n = static_cast<int128>(amounts.size());
  result.accounts = amounts.size();
  result.top_accounts = TopOf(share, amounts.size());
  for (const int128 amount : amounts) result.net += amount;

  int128 running = 0, top = 0, weighted = 0;
  long double squares = 0;
  for (size_t i = 0; i < amounts.size(); ++i) {
    // The greatest of n is the n-th ascending.
    const int128 rank = n - static_cast<int128>(i);
    weighted += (2 * rank - n - 1) * amounts[i];
    const long double percent = 100.0L * static_cast<long double>(amounts[i]) / static_cast<long double>(result.net);
    squares += percent * percent;
    if (running * 5 < result.net * 4) result.accounts_for_80_percent = i + 1;
    running += amounts[i];
    if (i + 1 == result.top_accounts) top = running;
  }
  result.share = Ratio(top, result.net);
  result.gini = Ratio(weighted, n * result.net);
  result.hhi = static_cast<double>(squares);
  return result;
}

}  // namespace guanxi::service
