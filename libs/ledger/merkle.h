// The tree of RFC 6962 §2.1: roots, inclusion and consistency proofs, and the
// running right edge (a compact range) that makes appending cheap.
//
// Terms: leaf i is the record at position i. Node (height, index) is the hash
// of the perfect subtree over leaves [index << height, (index + 1) << height);
// (0, i) is leaf i. A tree of size n has the leaves 0 .. n - 1.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/hash.h"

namespace guanxi::ledger {

struct NodeId {
  uint32_t height = 0;
  uint64_t index = 0;
  friend constexpr auto operator<=>(NodeId, NodeId) = default;
};

// The perfect subtrees that a tree of this size consists of, from left to
// right: one for each bit set in the size, the largest first.
std::vector<NodeId> SubtreesOf(uint64_t size);

// The perfect subtrees a growing tree consists of. Value; not thread-safe.
// Memory: at most 64 hashes.
class Frontier {
 public:
  uint64_t size() const { return size_; }

  // Hashes of SubtreesOf(size()).
  const std::vector<Hash>& subtrees() const { return subtrees_; }

  // Adds leaf number size(). Calls visit(NodeId, const Hash&) for each perfect
  // subtree this completes, rising from the leaf itself: every node of the tree
  // is visited exactly once over its growth. Amortised two hashes.
  template <class Visitor>
  void Append(Hasher& hasher, const Hash& leaf, Visitor&& visit) {
    NodeId node{0, size_};
    Hash hash = leaf;
    visit(node, hash);
    for (; (node.index & 1) != 0; visit(node, hash)) {
      hash = hasher.Node(subtrees_.back(), hash);
      subtrees_.pop_back();
      node = {node.height + 1, node.index >> 1};
    }
    subtrees_.push_back(hash);
    ++size_;
  }
  void Append(Hasher& hasher, const Hash& leaf) {
    Append(hasher, leaf, [](NodeId, const Hash&) {});
  }

  // The tree head. At most 63 hashes.
  Hash Root(Hasher& hasher) const;

  // size:u64 little-endian, then the hashes (docs/formats/merkle.md).
  std::string Serialize() const;
  // STORE_CORRUPT when the number of hashes does not fit the size.
  static absl::StatusOr<Frontier> Parse(std::string_view bytes);
  // `subtrees` are the hashes of SubtreesOf(size), in that order.
  static Frontier Of(uint64_t size, std::vector<Hash> subtrees);

 private:
  uint64_t size_ = 0;
  std::vector<Hash> subtrees_;
};

// Where proofs get the hashes of perfect subtrees from. Nodes asked for lie
// inside the tree size given to the function that asks.
class NodeReader {
 public:
  virtual ~NodeReader() = default;
  virtual absl::StatusOr<Hash> Node(NodeId node) = 0;
};

// Hashes from the leaf's neighbour up to the root's child; a record needs about
// log2(size) of them to prove that it is in the log.
using Proof = std::vector<Hash>;

// All of them: TREE_SIZE_INVALID when a size or index is out of order, else
// what the reader answers. Cost: O(log^2 size) nodes read, most of them near
// each other (a TileReader serves them from a handful of tiles).
absl::StatusOr<Hash> RootOfSize(Hasher& hasher, NodeReader& nodes, uint64_t size);
// RFC 6962 §2.1.1. index < size.
absl::StatusOr<Proof> MakeInclusionProof(Hasher& hasher, NodeReader& nodes, uint64_t index, uint64_t size);
// RFC 6962 §2.1.2. old_size <= new_size; empty when either size is 0 or both are the same.
absl::StatusOr<Proof> MakeConsistencyProof(Hasher& hasher, NodeReader& nodes, uint64_t old_size, uint64_t new_size);

// RFC 9162 §2.1.3.2. True: the leaf is record `index` of the log whose tree of `size` has `root`.
[[nodiscard]] bool VerifyInclusion(Hasher& hasher, const Hash& leaf, uint64_t index, uint64_t size, const Proof& proof, const Hash& root);
// RFC 9162 §2.1.4.2. True: the log of old_size is a prefix of the log of new_size.
// The empty log is a prefix of every log: its root is checked, the proof must be empty.
[[nodiscard]] bool VerifyConsistency(Hasher& hasher, uint64_t old_size, const Hash& old_root, uint64_t new_size, const Hash& new_root,
                                     const Proof& proof);

}  // namespace guanxi::ledger
