// One opening of a partition's RocksDB. A store that found the disk full opens it
// once more (Store::Recover); what reads go on with until they end is the opening
// they began with. Included by libs/store/*.cc only.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.h"

namespace guanxi::store {

inline rocksdb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToView(const rocksdb::Slice& s) { return {s.data(), s.size()}; }
absl::Status FromRocks(const rocksdb::Status& s, std::string_view doing);

using Handle = rocksdb::ColumnFamilyHandle*;
using SharedHandle = std::shared_ptr<rocksdb::ColumnFamilyHandle>;

struct SharedMemory::Impl {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables;
};

// Thread-safe, but for what changes generations: that belongs to the store's
// writer. Owned by the store, and by snapshots and runs of it.
class Database {
 public:
  static absl::StatusOr<std::shared_ptr<Database>> Open(const std::string& path, std::shared_ptr<SharedMemory> memory,
                                                        std::shared_ptr<Disk> disk);
  ~Database();

  // Whether it takes no writes any more: after an error that was not of one call.
  bool has_stopped() const;
  // The same directory again. Only of one that has stopped, which then reads on,
  // whatever snapshots are still used for, and changes nothing more. Not after an error that leaves open what the disk
  // holds: then STORE_FAILED. DISK_FULL when there is no room for it.
  absl::StatusOr<std::shared_ptr<Database>> OpenAgain();

  Handle fixed(Family family) const { return fixed_[static_cast<int>(family)]; }
  std::vector<Handle> fixed() const { return {std::begin(fixed_), std::end(fixed_)}; }
  // nullptr: no such generation.
  SharedHandle View(uint32_t generation) const;
  std::vector<uint32_t> Generations() const;
  absl::Status AddView(uint32_t generation);
  absl::Status DropView(uint32_t generation);

  rocksdb::DB& rocks() const { return *db_; }

 private:
  class Errors;
  Database() = default;
  SharedHandle Share(Handle handle) {
    return {handle, [db = db_.get()](Handle h) { db->DestroyColumnFamilyHandle(h); }};
  }

  std::string path_;
  std::shared_ptr<SharedMemory> memory_;
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Errors> errors_;
  std::unique_ptr<rocksdb::Env> env_;  // over the disk
  std::unique_ptr<rocksdb::DB> db_;
  Handle fixed_[5] = {}, default_family_ = nullptr;
  mutable std::mutex views_mutex_;  // guards views_; taken per snapshot and per generation change
  std::map<uint32_t, SharedHandle> views_;
};

}  // namespace guanxi::store
