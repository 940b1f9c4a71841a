// The tree as RFC 6962 §2.1 writes it down: recursive, over all leaves, slow.
// Written from the text alone, to compare the engine's tree with.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ledger/merkle.h"

namespace guanxi::ledger::textbook {

using Leaves = std::span<const std::string>;

inline size_t Split(size_t n) {
  size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

inline Hash Mth(Hasher& hasher, Leaves d) {
  if (d.empty()) return hasher.Empty();
  if (d.size() == 1) return hasher.Leaf(d[0]);
  const size_t k = Split(d.size());
  return hasher.Node(Mth(hasher, d.first(k)), Mth(hasher, d.subspan(k)));
}

inline Proof Path(Hasher& hasher, size_t m, Leaves d) {
  if (d.size() == 1) return {};
  const size_t k = Split(d.size());
  Proof path = m < k ? Path(hasher, m, d.first(k)) : Path(hasher, m - k, d.subspan(k));
  path.push_back(m < k ? Mth(hasher, d.subspan(k)) : Mth(hasher, d.first(k)));
  return path;
}

inline Proof Subproof(Hasher& hasher, size_t m, Leaves d, bool whole) {
  if (m == d.size()) return whole ? Proof{} : Proof{Mth(hasher, d)};
  const size_t k = Split(d.size());
  Proof proof = m <= k ? Subproof(hasher, m, d.first(k), whole) : Subproof(hasher, m - k, d.subspan(k), false);
  proof.push_back(m <= k ? Mth(hasher, d.subspan(k)) : Mth(hasher, d.first(k)));
  return proof;
}

inline std::vector<std::string> SomeLeaves(size_t n) {
  std::vector<std::string> leaves;
  for (size_t i = 0; i < n; ++i) leaves.push_back("record " + std::to_string(i));
  return leaves;
}

}  // namespace guanxi::ledger::textbook
