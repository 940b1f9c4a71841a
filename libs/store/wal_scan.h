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

// The highest sequence number that a batch in the directory's *.log files begins
// with, among those whose first record verifies, wherever it lies; 0: there is
// none. STORE_FAILED when a file cannot be read. Cost: one read of the files.
absl::StatusOr<uint64_t> NewestBatch(rocksdb::Env& env, const std::string& directory);

}  // namespace guanxi::store
