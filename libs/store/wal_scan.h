// What a store's write-ahead log holds beyond a damage. RocksDB replays it up to
// the first record that does not verify and forgets the rest: right after a power
// cut, where only the batch under way is torn, and wrong where a disk turned bits.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace guanxi::store {

struct WalBatches {
  // The highest sequence number that a batch begins with; 0: there is none.
  uint64_t newest = 0;
  // Whether one begins behind bytes that do not verify, or behind one that does not end.
  bool behind_damage = false;
};

// Of the directory's *.log files in the order of their numbers: of batches whose
// first record verifies, wherever they lie. STORE_FAILED when a file cannot be
// read. Cost: one read of the files.
absl::StatusOr<WalBatches> ScanWal(rocksdb::Env& env, const std::string& directory);

}  // namespace guanxi::store
