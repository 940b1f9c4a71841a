// The log inside a partition's store: dense positions from 0. Complete groups of
// 256 aligned positions are sealed into one compressed block each; what is after
// the last complete group is the tail, one record per slot.
//
//   tail    [position mod 256, u8]         -> [position u64 LE | record]
//   blocks  [position / 256, u64 BE]       -> block (docs/formats/block.md)
//           [same | position mod 256, u8]  -> a record that is too large for a block
//
// Slots are written over and never deleted: a slot whose position is not the one
// asked for holds a record that was sealed since. Large records stand beside from
// the commit that appends them on, so that neither tail nor block takes much memory.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/strong.h"
#include "store/store.h"

namespace guanxi::store {

inline constexpr uint64_t kRecordsPerBlock = 256;
inline constexpr size_t kRecordBytesInBlockMax = 16 << 10;

// A sealed block's records, decompressed; empty: it stands beside. Immutable.
class Block {
 public:
  // STORE_CORRUPT when the bytes are not those of a block.
  static absl::StatusOr<std::shared_ptr<const Block>> Decode(std::string_view bytes);
  std::string_view record(size_t slot) const { return std::string_view(text_).substr(offsets_[slot], offsets_[slot + 1] - offsets_[slot]); }
  size_t memory_bytes() const { return text_.size() + sizeof(*this); }

 private:
  std::string text_;
  uint32_t offsets_[kRecordsPerBlock + 1];
};

// Exactly 256 records, empty where one stands beside -> the bytes of a block.
std::string EncodeBlock(const std::vector<std::string_view>& records);

// Decompressed blocks, newest used first, bounded in bytes. Thread-safe.
class BlockCache {
 public:
  explicit BlockCache(size_t bytes_max) : bytes_max_(bytes_max) {}
  absl::StatusOr<std::shared_ptr<const Block>> Get(const Snapshot& snapshot, uint64_t block_index);

 private:
  using Entry = std::pair<uint64_t, std::shared_ptr<const Block>>;
  const size_t bytes_max_;
  std::mutex mutex_;
  size_t bytes_ = 0;
  std::list<Entry> used_;
  std::unordered_map<uint64_t, std::list<Entry>::iterator> index_;
};

// Appends records to a batch. Belongs to the partition's single writer.
class LogWriter {
 public:
  // size: number of records in the log; tail: the records after the last block.
  LogWriter(uint64_t size, std::vector<std::string> tail) : size_(size), tail_(std::move(tail)) {}
  // Reads the tail back at open.
  static absl::StatusOr<LogWriter> Open(const Snapshot& snapshot, uint64_t size);

  // The position the record got. The record reaches the store with Flush.
  Position Append(std::string record);
  // Puts everything appended since the last Flush into the batch.
  void Flush(Batch& batch);
  // Number of records.
  uint64_t size() const { return size_; }
  // The record, while it is in memory: the tail's that do not stand beside, and all
  // that are not flushed; nullptr otherwise.
  const std::string* Unsealed(Position position) const;

 private:
  uint64_t size_;
  uint64_t flushed_ = 0;           // records of tail_ already in the store
  std::vector<std::string> tail_;  // records from size_ - tail_.size() on; starts at a block boundary; empty: flushed, and beside
};

// Reads records of one snapshot. Thread-safe with respect to others' readers;
// one reader belongs to one thread.
class LogReader {
 public:
  LogReader(std::shared_ptr<const Snapshot> snapshot, BlockCache* cache, uint64_t size)
      : snapshot_(std::move(snapshot)), cache_(cache), size_(size) {}
  uint64_t size() const { return size_; }
  // EVENT_NOT_FOUND beyond the end.
  absl::StatusOr<std::string> Read(Position position);
  // A view that is valid until the next call.
  absl::StatusOr<std::string_view> View(Position position);

 private:
  std::shared_ptr<const Snapshot> snapshot_;
  BlockCache* cache_;
  uint64_t size_;
  // Of a record that stands beside.
  absl::StatusOr<std::string_view> ViewBeside(Position position);

  uint64_t held_index_ = UINT64_MAX;
  std::shared_ptr<const Block> held_;
  std::string slot_;
};

}  // namespace guanxi::store
