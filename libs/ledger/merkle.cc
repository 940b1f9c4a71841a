#include "ledger/merkle.h"

#include <bit>
#include <cstdlib>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::ledger {
namespace {

absl::Status SizeInvalid(uint64_t given, uint64_t size) {
  return Refuse(Reason::TREE_SIZE_INVALID, "tree size or index " + std::to_string(given) + " does not fit size " + std::to_string(size),
                {{"given", std::to_string(given)}, {"size", std::to_string(size)}});
}

// Largest power of two below n; n >= 2.
uint64_t SplitOf(uint64_t n) { return std::bit_floor(n - 1); }

// Folds perfect subtrees, left to right, into the root over all of them.
Hash FoldSubtrees(Hasher& hasher, const std::vector<Hash>& subtrees) {
  Hash root = subtrees.back();
  for (size_t i = subtrees.size() - 1; i-- > 0;) root = hasher.Node(subtrees[i], root);
  return root;
}

// Hash of the leaves [begin, end), a subtree of the RFC's recursion: begin is a
// multiple of the largest power of two <= end - begin.
absl::StatusOr<Hash> HashOfRange(Hasher& hasher, NodeReader& nodes, uint64_t begin, uint64_t end) {
  std::vector<Hash> subtrees;
  for (NodeId node : SubtreesOf(end - begin)) {
    node.index += begin >> node.height;
    absl::StatusOr<Hash> hash = nodes.Node(node);
    if (!hash.ok()) return hash.status();
    subtrees.push_back(*hash);
  }
  return FoldSubtrees(hasher, subtrees);
}

// A range of the RFC's recursion and the way down from the whole tree to it.
struct Descent {
  uint64_t begin = 0;
  uint64_t end = 0;
  Proof siblings;  // from the top down

  absl::Status Step(Hasher& hasher, NodeReader& nodes, bool right) {
    const uint64_t middle = begin + SplitOf(end - begin);
    absl::StatusOr<Hash> sibling = right ? HashOfRange(hasher, nodes, begin, middle) : HashOfRange(hasher, nodes, middle, end);
    if (!sibling.ok()) return sibling.status();
    siblings.push_back(*sibling);
    (right ? begin : end) = middle;
    return absl::OkStatus();
  }
};

// Proofs list the siblings from the bottom up.
Proof Rising(Proof siblings) { return Proof(siblings.rbegin(), siblings.rend()); }

// The state of RFC 9162's verification: where we are on the way up, on the
// level's row of nodes that ends with index `last`.
struct Climb {
  uint64_t index;
  uint64_t last;

  bool AtTop() const { return last == 0; }
  bool SiblingIsLeft() const { return (index & 1) != 0 || index == last; }
  void Up() { index >>= 1, last >>= 1; }
  // The right edge has no node of its own on levels where it stands alone.
  void SkipLonely() {
    while (index != 0 && (index & 1) == 0) Up();
  }
};

}  // namespace

std::vector<NodeId> SubtreesOf(uint64_t size) {
  std::vector<NodeId> nodes;
  uint64_t covered = 0;
  for (int height = 63; height >= 0; --height) {
    if ((size >> height & 1) == 0) continue;
    nodes.push_back({static_cast<uint32_t>(height), covered >> height});
    covered += uint64_t{1} << height;
  }
  return nodes;
}

Hash Frontier::Root(Hasher& hasher) const { return subtrees_.empty() ? hasher.Empty() : FoldSubtrees(hasher, subtrees_); }

std::string Frontier::Serialize() const {
  std::string bytes;
  PutLittleEndian(bytes, size_);
  for (const Hash& hash : subtrees_) bytes.append(AsBytes(hash));
  return bytes;
}

absl::StatusOr<Frontier> Frontier::Parse(std::string_view bytes) {
  ByteReader reader(bytes);
  const auto size = reader.LittleEndian<uint64_t>();
  if (!reader.ok() || reader.rest().size() != kHashBytes * static_cast<size_t>(std::popcount(size))) {
    return Refuse(Reason::STORE_CORRUPT, "tree frontier: the number of hashes does not fit the size", {{"what", "frontier"}});
  }
  std::vector<Hash> subtrees;
  while (!reader.AtEnd()) subtrees.push_back(HashFromBytes(reader.Bytes(kHashBytes)));
  return Of(size, std::move(subtrees));
}

Frontier Frontier::Of(uint64_t size, std::vector<Hash> subtrees) {
  if (subtrees.size() != static_cast<size_t>(std::popcount(size))) std::abort();
  Frontier frontier;
  frontier.size_ = size;
  frontier.subtrees_ = std::move(subtrees);
  return frontier;
}

absl::StatusOr<Hash> RootOfSize(Hasher& hasher, NodeReader& nodes, uint64_t size) {
  if (size == 0) return hasher.Empty();
  return HashOfRange(hasher, nodes, 0, size);
}

absl::StatusOr<Proof> MakeInclusionProof(Hasher& hasher, NodeReader& nodes, uint64_t index, uint64_t size) {
  if (index >= size) return SizeInvalid(index, size);
  Descent descent{.begin = 0, .end = size};
  while (descent.end - descent.begin > 1) {
    const uint64_t middle = descent.begin + SplitOf(descent.end - descent.begin);
    if (absl::Status step = descent.Step(hasher, nodes, index >= middle); !step.ok()) return step;
  }
  return Rising(std::move(descent.siblings));
}

absl::StatusOr<Proof> MakeConsistencyProof(Hasher& hasher, NodeReader& nodes, uint64_t old_size, uint64_t new_size) {
  if (old_size > new_size) return SizeInvalid(old_size, new_size);
  if (old_size == 0 || old_size == new_size) return Proof{};
  Descent descent{.begin = 0, .end = new_size};
  while (descent.end != old_size) {
    const uint64_t middle = descent.begin + SplitOf(descent.end - descent.begin);
    if (absl::Status step = descent.Step(hasher, nodes, old_size > middle); !step.ok()) return step;
  }
  // A verifier has the old root; only when the old tree is not itself a node of the new one does it need the start.
  if (descent.begin != 0) {
    absl::StatusOr<Hash> start = HashOfRange(hasher, nodes, descent.begin, descent.end);
    if (!start.ok()) return start.status();
    descent.siblings.push_back(*start);
  }
  return Rising(std::move(descent.siblings));
}

bool VerifyInclusion(Hasher& hasher, const Hash& leaf, uint64_t index, uint64_t size, const Proof& proof, const Hash& root) {
  if (index >= size) return false;
  Climb climb{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (climb.AtTop()) return false;
    if (climb.SiblingIsLeft()) {
      hash = hasher.Node(sibling, hash);
      climb.SkipLonely();
    } else {
      hash = hasher.Node(hash, sibling);
    }
    climb.Up();
  }
  return climb.AtTop() && hash == root;
}

bool VerifyConsistency(Hasher& hasher, uint64_t old_size, const Hash& old_root, uint64_t new_size, const Hash& new_root,
                       const Proof& proof) {
  if (old_size > new_size) return false;
  if (old_size == 0) return proof.empty() && old_root == hasher.Empty();
  if (old_size == new_size) return proof.empty() && old_root == new_root;
  const bool old_is_node = std::has_single_bit(old_size);
  if (!old_is_node && proof.empty()) return false;
  Climb climb{old_size - 1, new_size - 1};
  while ((climb.index & 1) != 0) climb.Up();
  Hash old_hash = old_is_node ? old_root : proof.front();
  Hash new_hash = old_hash;
  for (size_t i = old_is_node ? 0 : 1; i < proof.size(); ++i) {
    if (climb.AtTop()) return false;
    if (climb.SiblingIsLeft()) {
      old_hash = hasher.Node(proof[i], old_hash);
      new_hash = hasher.Node(proof[i], new_hash);
      climb.SkipLonely();
    } else {
      new_hash = hasher.Node(new_hash, proof[i]);
    }
    climb.Up();
  }
  return climb.AtTop() && old_hash == old_root && new_hash == new_root;
}

}  // namespace guanxi::ledger
