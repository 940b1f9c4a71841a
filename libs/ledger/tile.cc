#include "ledger/tile.h"

#include <algorithm>

#include "base/reason.h"

namespace guanxi::ledger {
namespace {

absl::Status TileTooShort(TileId tile) {
  return Refuse(Reason::STORE_CORRUPT, "tree tile " + std::to_string(tile.level) + "/" + std::to_string(tile.index) + " is too short",
                {{"what", "tile"}, {"level", std::to_string(tile.level)}, {"index", std::to_string(tile.index)}});
}

// Number of complete nodes of the tile level in a tree of this size.
uint64_t NodesAt(uint32_t level, uint64_t tree_size) { return tree_size >> (kTileHeight * level); }

}  // namespace

uint64_t TileWidthAt(TileId id, uint64_t tree_size) {
  const uint64_t nodes = NodesAt(id.level, tree_size);
  const uint64_t first = id.index << kTileHeight;
  return nodes <= first ? 0 : std::min(nodes - first, kTileWidth);
}

absl::StatusOr<Hash> NodeInTile(Hasher& hasher, NodeId node, std::string_view hashes) {
  const uint32_t height = node.height % kTileHeight;
  const uint64_t first = (node.index << height) & (kTileWidth - 1);
  const uint64_t count = uint64_t{1} << height;
  if (hashes.size() < (first + count) * kHashBytes) return TileTooShort(TileOf(node));
  Frontier subtree;
  for (uint64_t i = first; i < first + count; ++i) subtree.Append(hasher, HashFromBytes(hashes.substr(i * kHashBytes, kHashBytes)));
  return subtree.Root(hasher);
}

absl::StatusOr<Hash> TileReader::Node(NodeId node) {
  const TileId tile = TileOf(node);
  auto found = loaded_.find(tile);
  if (found == loaded_.end()) {
    absl::StatusOr<std::string> hashes = load_(tile);
    if (!hashes.ok()) return hashes.status();
    found = loaded_.emplace(tile, *std::move(hashes)).first;
  }
  return NodeInTile(hasher_, node, found->second);
}

absl::StatusOr<TreeWriter> TreeWriter::Restore(uint64_t size, const TileLoader& load) {
  TreeWriter writer;
  std::vector<Hash> subtrees;
  for (uint32_t level = 0; NodesAt(level, size) > 0; ++level) {
    const TileId tile{level, NodesAt(level, size) >> kTileHeight};
    const uint64_t width = TileWidthAt(tile, size);
    if (width == 0) continue;
    absl::StatusOr<std::string> hashes = load(tile);
    if (!hashes.ok()) return hashes.status();
    if (hashes->size() < width * kHashBytes) return TileTooShort(tile);
    writer.Edge(level) = hashes->substr(0, width * kHashBytes);
  }
  for (const NodeId node : SubtreesOf(size)) {
    absl::StatusOr<Hash> hash = NodeInTile(writer.hasher_, node, writer.Edge(node.height / kTileHeight));
    if (!hash.ok()) return hash.status();
    subtrees.push_back(*hash);
  }
  writer.frontier_ = Frontier::Of(size, std::move(subtrees));
  return writer;
}

void TreeWriter::Append(const Hash& leaf) {
  frontier_.Append(hasher_, leaf, [this](NodeId node, const Hash& hash) {
    if (node.height % kTileHeight == 0) Put(node, hash);
  });
}

std::vector<TileWrite> TreeWriter::TakeDirtyTiles() {
  std::vector<TileWrite> writes = std::move(complete_);
  complete_.clear();
  for (uint32_t level = 1; level < edge_.size(); ++level) {
    if ((grown_ >> level & 1) != 0 && !edge_[level].empty()) {
      writes.push_back({{level, NodesAt(level, size()) >> kTileHeight}, edge_[level]});
    }
  }
  grown_ = 0;
  return writes;
}

// A node at a tile's base height: the next hash of its level's tile.
void TreeWriter::Put(NodeId node, const Hash& hash) {
  const uint32_t level = node.height / kTileHeight;
  std::string& edge = Edge(level);
  edge.append(AsBytes(hash));
  grown_ |= uint32_t{1} << level;
  if (edge.size() < kTileWidth * kHashBytes) return;
  complete_.push_back({TileOf(node), std::move(edge)});
  edge.clear();
  edge.reserve(kTileWidth * kHashBytes);
}

std::string& TreeWriter::Edge(uint32_t level) {
  if (edge_.size() <= level) edge_.resize(level + 1);
  return edge_[level];
}

}  // namespace guanxi::ledger
