// What store's sources share: the RocksDB behind a partition. Included by
// libs/store/*.cc only.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <atomic>
#include <map>
#include <mutex>

#include "store/store.h"

namespace guanxi::store {

inline rocksdb::Slice ToSlice(std::string_view s) { return {s.data(), s.size()}; }
inline std::string_view ToView(const rocksdb::Slice& s) { return {s.data(), s.size()}; }
absl::Status FromRocks(const rocksdb::Status& s, std::string_view doing);
rocksdb::ColumnFamilyOptions FamilyOptions(std::string_view name, const std::shared_ptr<rocksdb::Cache>& cache);
std::string ViewName(uint32_t generation);

using Handle = rocksdb::ColumnFamilyHandle*;

struct SharedMemory::Impl {
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables;
};

struct Store::Impl {
  std::shared_ptr<Disk> disk;
  std::shared_ptr<SharedMemory> memory;
  std::unique_ptr<rocksdb::DB> db;
  Handle fixed[5] = {};
  Handle default_family = nullptr;
  mutable std::mutex generations_mutex;  // guards `views`; taken per snapshot and per generation change
  std::map<uint32_t, std::shared_ptr<rocksdb::ColumnFamilyHandle>> views;
  std::atomic<uint32_t> live{0};
  std::atomic<uint64_t> next_run{0};

  ~Impl() {
    views.clear();
    for (Handle handle : fixed)
      if (handle != nullptr) db->DestroyColumnFamilyHandle(handle);
    if (default_family != nullptr) db->DestroyColumnFamilyHandle(default_family);
  }

  std::string RunDirectory() const { return db->GetName() + "/runs"; }
  std::shared_ptr<rocksdb::ColumnFamilyHandle> Share(Handle handle) {
    return {handle, [this](Handle h) { db->DestroyColumnFamilyHandle(h); }};
  }
  std::shared_ptr<rocksdb::ColumnFamilyHandle> View(uint32_t generation) const {
    const std::lock_guard lock(generations_mutex);
    const auto it = views.find(generation);
    return it == views.end() ? nullptr : it->second;
  }
  absl::Status AddView(uint32_t generation) {
    Handle handle = nullptr;
    const auto status = db->CreateColumnFamily(FamilyOptions(ViewName(generation), memory->impl().cache), ViewName(generation), &handle);
    if (!status.ok()) return FromRocks(status, "creating a view generation");
    const std::lock_guard lock(generations_mutex);
    views[generation] = Share(handle);
    return absl::OkStatus();
  }
};

}  // namespace guanxi::store
