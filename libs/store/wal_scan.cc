#include "store/wal_scan.h"

#include <fmt/format.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_coding.h"
#include "store/database.h"

namespace guanxi::store {
namespace {

// RocksDB's log format: blocks of 32 KiB; in them records of crc u32 LE, length
// u16 LE, type u8, payload. A batch is one record, or one of each: first, middle*,
// last. It begins with its sequence number, u64 LE.
constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeadBytes = 7;
constexpr size_t kSequenceBytes = 8;
enum RecordType : uint8_t { kFull = 1, kFirst = 2, kLast = 4 };

struct LogRecord {
  RecordType type;
  std::string_view payload;
};

uint32_t MaskedCrc(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const uint32_t sum = crc.checksum();
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8;
}

// Of a block's rest, if a record that verifies begins there.
std::optional<LogRecord> RecordAt(std::string_view rest) {
  ByteReader head(rest);
  const auto crc = head.LittleEndian<uint32_t>();
  const auto length = head.LittleEndian<uint16_t>();
  const auto type = static_cast<uint8_t>(rest[kHeadBytes - 1]);
  if (type < kFull || type > kLast || kHeadBytes + length > rest.size()) return std::nullopt;
  if (MaskedCrc(rest.substr(kHeadBytes - 1, 1 + size_t{length})) != crc) return std::nullopt;
  return LogRecord{static_cast<RecordType>(type), rest.substr(kHeadBytes, length)};
}

class Scan {
 public:
  // Where a record does not verify it is not known where the next one begins: everywhere is tried.
  void Block(std::string_view rest) {
    while (rest.size() >= kHeadBytes) {
      const auto record = RecordAt(rest);
      record ? Take(*record) : void(damaged_ = true);
      rest.remove_prefix(record ? kHeadBytes + record->payload.size() : 1);
    }
  }
  void EndOfFile() { damaged_ |= is_open_; }
  const WalBatches& batches() const { return batches_; }

 private:
  void Take(const LogRecord& record) {
    if (record.type == kFull || record.type == kFirst) Begin();
    is_open_ = record.type != kFull && record.type != kLast;
    if (sequence_.size() >= kSequenceBytes) return;
    // At a block's end the first record may have room for less.
    sequence_.append(record.payload.substr(0, kSequenceBytes - sequence_.size()));
    if (sequence_.size() == kSequenceBytes) batches_.newest = std::max(batches_.newest, ByteReader(sequence_).LittleEndian<uint64_t>());
  }
  void Begin() {
    damaged_ |= is_open_;
    batches_.behind_damage |= damaged_;
    sequence_.clear();
  }
  // Of the batch that the last record is of; whole: nothing more is taken.
  std::string sequence_ = std::string(kSequenceBytes, '\0');
  bool is_open_ = false;  // that batch has not ended
  bool damaged_ = false;
  WalBatches batches_;
};

absl::Status ScanFile(rocksdb::Env& env, const std::string& path, Scan& scan) {
  std::unique_ptr<rocksdb::SequentialFile> file;
  auto status = env.NewSequentialFile(path, &file, {});
  std::string block(kBlockBytes, '\0');
  for (rocksdb::Slice read; status.ok();) {
    status = file->Read(block.size(), &read, block.data());
    if (!status.ok() || read.empty()) break;
    scan.Block(ToView(read));
  }
  scan.EndOfFile();
  return FromRocks(status, fmt::format("reading {}", path));
}

}  // namespace

absl::StatusOr<WalBatches> ScanWal(rocksdb::Env& env, const std::string& directory) {
  std::vector<std::string> names;
  if (const auto listed = env.GetChildren(directory, &names); !listed.ok()) return FromRocks(listed, "listing the store's files");
  std::erase_if(names, [](const auto& name) { return !name.ends_with(".log"); });
  // Numbers of six digits or more.
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  Scan scan;
  for (const auto& name : names)
    if (auto status = ScanFile(env, fmt::format("{}/{}", directory, name), scan); !status.ok()) return status;
  return scan.batches();
}

}  // namespace guanxi::store
