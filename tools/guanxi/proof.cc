#include "tools/guanxi/proof.h"

#include <cctype>

#include "ledger/merkle.h"

namespace guanxi::cli {
namespace {

std::optional<ledger::Hash> HashOf(const std::string& bytes) {
  if (bytes.size() != ledger::kHashBytes) return std::nullopt;
  return ledger::HashFromBytes(bytes);
}

template <class Bytes>
std::optional<ledger::Proof> ProofOf(const Bytes& hashes) {
  ledger::Proof proof;
  for (const std::string& bytes : hashes) {
    const auto hash = HashOf(bytes);
    if (!hash) return std::nullopt;
    proof.push_back(*hash);
  }
  return proof;
}

int DigitOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::optional<ledger::Hash> ParseHash(std::string_view hex) {
  if (hex.size() != 2 * ledger::kHashBytes) return std::nullopt;
  ledger::Hash hash;
  for (size_t i = 0; i < hash.size(); ++i) {
    const int high = DigitOf(hex[2 * i]), low = DigitOf(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return hash;
}

std::string HexOf(const std::string& bytes) {
  const auto hash = HashOf(bytes);
  return hash ? ledger::ToHex(*hash) : "-";
}

std::string ProblemOf(const guanxi::v1::GetInclusionProofResponse& proof, uint64_t position, const std::optional<ledger::Hash>& root) {
  const auto stated_root = HashOf(proof.tree_head().root_hash());
  const auto stated_leaf = HashOf(proof.leaf_hash());
  const auto hashes = ProofOf(proof.hashes());
  if (!stated_root || !stated_leaf || !hashes) return "a hash has not 32 bytes";
  if (root && *root != *stated_root) return "the root differs from the one given";
  ledger::Hasher hasher;
  const ledger::Hash leaf = hasher.Leaf(proof.record());
  if (leaf != *stated_leaf) return "the record's hash is not the leaf hash";
  if (!ledger::VerifyInclusion(hasher, leaf, position, proof.tree_head().tree_size(), *hashes, *stated_root))
    return "the proof does not lead from the record to the root";
  return "";
}

std::string ProblemOf(const guanxi::v1::GetConsistencyProofResponse& proof, const std::optional<ledger::Hash>& first_root) {
  const auto first = HashOf(proof.first().root_hash());
  const auto second = HashOf(proof.second().root_hash());
  const auto hashes = ProofOf(proof.hashes());
  if (!first || !second || !hashes) return "a hash has not 32 bytes";
  if (first_root && *first_root != *first)
    return "the first root differs from the one given: the log was altered, or the root is of another one";
  ledger::Hasher hasher;
  if (!ledger::VerifyConsistency(hasher, proof.first().tree_size(), *first, proof.second().tree_size(), *second, *hashes))
    return "the first log is not a prefix of the second: the log was altered";
  return "";
}

}  // namespace guanxi::cli
