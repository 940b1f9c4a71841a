#include "partition/view_tree.h"

#include <fmt/format.h>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::partition {
namespace {

absl::Status CheckSize(const View& view, uint64_t size) {
  if (size <= view.log_size) return absl::OkStatus();
  return Refuse(Reason::TREE_SIZE_INVALID, fmt::format("the log has {} records, not {}", view.log_size, size));
}

}  // namespace

std::string TileKey(ledger::TileId id) {
  std::string key(1, static_cast<char>(id.level));
  PutBigEndian(key, id.index);
  return key;
}

ledger::TileLoader TilesOf(const View& view) {
  return [snapshot = view.snapshot, blocks = view.blocks, size = view.log_size](ledger::TileId id) -> absl::StatusOr<std::string> {
    if (id.level > 0) {
      auto tile = snapshot->Get(store::Family::kMerkle, TileKey(id));
      if (!tile.ok()) return tile.status();
      return tile->value_or("");
    }
    store::LogReader log(snapshot, blocks, size);
    ledger::Hasher hasher;
    std::string hashes;
    for (uint64_t at = id.index * ledger::kTileWidth; at < std::min(size, (id.index + 1) * ledger::kTileWidth); ++at) {
      const auto record = log.View(Position{at});
      if (!record.ok()) return record.status();
      hashes += ledger::AsBytes(hasher.Leaf(*record));
    }
    return hashes;
  };
}

absl::StatusOr<ledger::Hash> TreeRoot(const View& view, uint64_t size) {
  if (auto status = CheckSize(view, size); !status.ok()) return status;
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  return ledger::RootOfSize(hasher, nodes, size);
}

absl::StatusOr<ledger::Proof> InclusionProof(const View& view, uint64_t index, uint64_t size) {
  if (auto status = CheckSize(view, size); !status.ok()) return status;
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  return ledger::MakeInclusionProof(hasher, nodes, index, size);
}

absl::StatusOr<ledger::Proof> ConsistencyProof(const View& view, uint64_t old_size, uint64_t new_size) {
  if (auto status = CheckSize(view, new_size); !status.ok()) return status;
  ledger::Hasher hasher;
  ledger::TileReader nodes(TilesOf(view));
  return ledger::MakeConsistencyProof(hasher, nodes, old_size, new_size);
}

}  // namespace guanxi::partition
