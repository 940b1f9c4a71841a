// store: the only library that knows RocksDB. A partition's bytes: batches that
// are written whole or not at all, snapshots, scans; the log's tail and sealed
// blocks; the data directory's lock and format. Knows nothing of records' or
// rows' content.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace rocksdb {
class Env;
}

namespace guanxi::store {

// The families of a partition's store. Names on disk are fixed.
enum class Family : uint8_t {
  kTail = 0,    // "tail": the newest records, one per slot (log.h)
  kBlocks = 1,  // "blocks": sealed blocks of 256 records (log.h)
  kMerkle = 2,  // "merkle": tree nodes (docs/formats/merkle.md)
  kMeta = 3,    // "meta": frontier, clock, epochs, progress
  kFeed = 4,    // "feed": what subscribers were told, kept over rebuilds
  kView = 5,    // "view.N": all views of generation N (partition/keys.h)
};

// Cache and memtable memory shared by all partitions of a process. Thread-safe.
class SharedMemory {
 public:
  // Bytes for cached blocks, filters and indexes; and for memtables.
  SharedMemory(size_t cache_bytes, size_t memtable_bytes);
  ~SharedMemory();
  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Puts and deletes that are written together. Not of views: those come by runs
// (ViewRun). Not thread-safe.
class Batch {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;
  Batch& operator=(Batch&&) noexcept;

  void Put(Family family, std::string_view key, std::string_view value);
  void Delete(Family family, std::string_view key);

 private:
  friend class Store;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Snapshot;

// What lies under a store instead of the machine's own files: given by tests that
// make it fail (faulty_disk.h).
class Disk {
 public:
  virtual ~Disk() = default;
  virtual rocksdb::Env* env() const = 0;
};

// A walk over the keys of [begin, end) in byte order, or in reverse. Views are
// valid until the next step. Not thread-safe; must not outlive its store.
class Cursor {
 public:
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  bool Valid() const;
  void Next();
  std::string_view key() const;
  std::string_view value() const;
  // Not OK when the walk stopped at an error instead of the end.
  absl::Status status() const;

 private:
  friend class Snapshot;
  struct Impl;
  explicit Cursor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The store as it was at one commit. Thread-safe; cheap to hold for seconds.
// Must not outlive its store.
class Snapshot {
 public:
  ~Snapshot();
  // nullopt: no such key.
  absl::StatusOr<std::optional<std::string>> Get(Family family, std::string_view key) const;
  // Without allocating when `value` has room; false: no such key.
  absl::StatusOr<bool> Get(Family family, std::string_view key, std::string* value) const;
  // Keys in [begin, end); an empty end is no bound.
  Cursor Scan(Family family, std::string_view begin, std::string_view end) const;
  Cursor ScanReverse(Family family, std::string_view begin, std::string_view end) const;
  Cursor ScanPrefix(Family family, std::string_view prefix) const;
  uint32_t view_generation() const;
  // The same instant, seen through another generation of the views.
  std::shared_ptr<const Snapshot> OfGeneration(uint32_t generation) const;

 private:
  friend class Store;
  struct Impl;
  explicit Snapshot(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Rows of one view generation in strictly ascending key order, which become
// visible and durable all at once or not at all. Belongs to one thread; the store
// may be read and written meanwhile. Must not outlive its store.
class ViewRun {
 public:
  ~ViewRun();
  absl::Status Put(std::string_view key, std::string_view value);
  absl::Status Delete(std::string_view key);
  // Writes what is buffered, then gives the file to the store. The last call.
  absl::Status Ingest();

 private:
  friend class Store;
  struct Impl;
  explicit ViewRun(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The smallest key that is greater than every key with the prefix; empty when there is none.
std::string PrefixEnd(std::string_view prefix);

// One partition's RocksDB. Reads and view runs are thread-safe; Write and the
// generation calls belong to the partition's single writer.
class Store {
 public:
  // disk: nullptr is the machine's own.
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& path, std::shared_ptr<SharedMemory> memory,
                                                     std::shared_ptr<Disk> disk = nullptr);
  ~Store();

  // Whole or not at all; with `sync` it survives a power loss when this returns.
  // DISK_FULL, STORE_FAILED: reads go on; what was refused is not seen by them,
  // and Write takes nothing more until Recover has succeeded.
  absl::Status Write(const Batch& batch, bool sync);
  // After a Write failed for want of room: makes the store writable again, by
  // opening it once more; snapshots and cursors there are read on. DISK_FULL while
  // there is no room. STORE_FAILED for good when it is not known what the disk
  // holds: only a new start, which reads it, can tell. Costs an Open.
  absl::Status Recover();
  std::shared_ptr<const Snapshot> TakeSnapshot() const;

  uint32_t view_generation() const;
  // An empty generation beside the live one (what an earlier attempt left is dropped).
  absl::StatusOr<uint32_t> CreateViewGeneration();
  // The generation becomes the live one; the old one is dropped.
  absl::Status SwitchViewGeneration(uint32_t generation);
  absl::Status DropViewGeneration(uint32_t generation);

  // rows_at_most: how many will be put; a guess is enough.
  absl::StatusOr<std::unique_ptr<ViewRun>> StartViewRun(uint32_t generation, uint64_t rows_at_most = UINT64_MAX);

  // Bytes of live files and memtables.
  uint64_t DiskBytes() const;

 private:
  friend class Snapshot;
  friend class ViewRun;
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::store
