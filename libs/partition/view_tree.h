// The Merkle tree over a view's records, read from its tiles: roots and proofs of any
// earlier size. RFC 6962, as ledger/merkle.h. From any thread, also beside appends.
//
// Errors: TREE_SIZE_INVALID for more records than the view has; STORE_CORRUPT for a
// tile that is not what it must be. Cost: a tile for every eight levels.
#pragma once

#include "absl/status/statusor.h"
#include "ledger/tile.h"
#include "partition/view.h"

namespace guanxi::partition {

// Level 0 is hashed from the records. Holds the view's snapshot.
ledger::TileLoader TilesOf(const View& view);
// Where a level's tile is stored.
std::string TileKey(ledger::TileId id);

absl::StatusOr<ledger::Hash> TreeRoot(const View& view, uint64_t size);
absl::StatusOr<ledger::Proof> InclusionProof(const View& view, uint64_t index, uint64_t size);
absl::StatusOr<ledger::Proof> ConsistencyProof(const View& view, uint64_t old_size, uint64_t new_size);

}  // namespace guanxi::partition
