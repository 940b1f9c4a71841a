// A node's data directory: who may open it, which format it has, and the
// settings that are fixed when it is created.
//
//   DIR/LOCK            flock: one process at a time
//   DIR/FORMAT          text, written once (temporary file, fsync, rename)
//   DIR/partition-0000  one RocksDB per partition
//   DIR/keys            keys of persons, outside RocksDB and its backups
//   DIR/signing         the key that tree heads are signed with, likewise
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace guanxi::store {

struct ClusterSettings {
  uint32_t partitions = 4;
  int32_t utc_offset_minutes = 0;
  // New after every point-in-time restore: old tokens are refused.
  std::string log_epoch;
  friend bool operator==(const ClusterSettings&, const ClusterSettings&) = default;
};

// Held while the process runs; releases the lock when destroyed.
class DataDirectory {
 public:
  // Creates the directory with `wanted` when it is empty or absent. Refusals:
  // DATA_DIRECTORY_IN_USE, _NEWER, _FOREIGN (something else is in it, or its
  // partitions or offset are not the wanted ones and `strict`).
  static absl::StatusOr<DataDirectory> Open(const std::string& path, const ClusterSettings& wanted, bool strict);
  ~DataDirectory();
  DataDirectory(DataDirectory&&) noexcept;

  const std::string& path() const { return path_; }
  const ClusterSettings& settings() const { return settings_; }
  bool created() const { return created_; }
  std::string PartitionPath(uint32_t partition) const;

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_ = -1;
  bool created_ = false;
  ClusterSettings settings_;
};

}  // namespace guanxi::store
