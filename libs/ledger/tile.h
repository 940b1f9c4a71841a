// How the tree is stored: tiles of 256 hashes (docs/formats/merkle.md).
//
//   tile (level, index) = the hashes of nodes (8 * level, 256 * index + 0 .. 255)
//
// A level-0 tile holds the leaf hashes of 256 aligned records; a level-1 tile
// the roots of 256 level-0 tiles. The seven heights between are computed.
// A tile at the right edge is shorter: it holds the nodes that are complete.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "ledger/merkle.h"

namespace guanxi::ledger {

inline constexpr uint32_t kTileHeight = 8;
inline constexpr uint64_t kTileWidth = uint64_t{1} << kTileHeight;
inline constexpr uint32_t kTileLevels = 64 / kTileHeight;

struct TileId {
  uint32_t level = 0;
  uint64_t index = 0;
  friend constexpr auto operator<=>(TileId, TileId) = default;
};

// Bytes to be stored under (level, index): 1 .. 256 hashes, one after the other.
struct TileWrite {
  TileId tile;
  std::string hashes;
};

// The tile that holds the node or the nodes it is computed from.
constexpr TileId TileOf(NodeId node) {
  const uint32_t level = node.height / kTileHeight;
  return {level, node.index >> (kTileHeight - node.height % kTileHeight)};
}

// How many hashes tile `id` has in a tree of this size: 0 .. 256.
uint64_t TileWidthAt(TileId id, uint64_t tree_size);

// Hash of a node inside its tile; `hashes` are the tile's bytes. STORE_CORRUPT
// when the tile is too short to hold it. At most 127 hashes are computed.
absl::StatusOr<Hash> NodeInTile(Hasher& hasher, NodeId node, std::string_view hashes);

// Answers the bytes of a tile as TreeWriter wrote them. A tile that has grown
// since may be longer than asked for. For level 0 the caller may hash the 256
// stored records instead of keeping a tile: the two are the same bytes.
using TileLoader = std::function<absl::StatusOr<std::string>(TileId)>;

// NodeReader over tiles; keeps those it has loaded, so one proof loads each
// tile once. Make one per proof. Not thread-safe.
class TileReader : public NodeReader {
 public:
  explicit TileReader(TileLoader load) : load_(std::move(load)) {}
  absl::StatusOr<Hash> Node(NodeId node) override;

 private:
  TileLoader load_;
  Hasher hasher_;
  std::map<TileId, std::string> loaded_;
};

// The growing tree of one partition: hashes every node once, keeps the right
// edge in memory (at most 8 KiB per level), says which tiles a commit must
// write. Owned by the partition's thread.
//
// What is written, and when:
//  * a level-0 tile once, when its 256th leaf arrives. The unfinished one is
//    never written: its leaves are the last 0-255 records, which are re-hashed
//    at open (Restore), some 50 us.
//  * a tile above, when the tile below completes: whole, under the same key.
// So a commit of n records writes n/256 full tiles and as many growing ones,
// nothing at all for most single appends.
class TreeWriter {
 public:
  TreeWriter() : edge_(1) {}

  // The tree of `size` leaves, its edge read through `load`; level 0 is asked
  // for its unfinished tile too (the leaf hashes of the last size % 256
  // records) when there is one. STORE_CORRUPT when a tile is too short. The
  // caller compares Root() with the head it stored.
  static absl::StatusOr<TreeWriter> Restore(uint64_t size, const TileLoader& load);

  uint64_t size() const { return frontier_.size(); }
  const Frontier& frontier() const { return frontier_; }
  // Leaf hashes of the unfinished level-0 tile, 0 .. 255 of them.
  std::string_view TailLeaves() const { return edge_[0]; }

  void Append(const Hash& leaf);
  // Convenience: hashes the record's stored bytes first.
  void AppendRecord(std::string_view record) { Append(hasher_.Leaf(record)); }

  Hash Root() { return frontier_.Root(hasher_); }

  // The tiles changed since the last call, each once. They belong into the same
  // write batch as the records; when that batch is not written, Restore.
  std::vector<TileWrite> TakeDirtyTiles();

 private:
  void Put(NodeId node, const Hash& hash);
  std::string& Edge(uint32_t level);

  Hasher hasher_;
  Frontier frontier_;
  // Per level the hashes of the unfinished tile.
  std::vector<std::string> edge_;
  // Levels (bits) whose unfinished tile grew; level 0 is not tracked.
  uint32_t grown_ = 0;
  std::vector<TileWrite> complete_;
};

}  // namespace guanxi::ledger
