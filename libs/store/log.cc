#include "store/log.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::store {
namespace {

// docs/formats/block.md
constexpr char kBlockVersion = 1, kBlockVersionWithBeside = 2;
constexpr int kCompressionLevel = 1;
constexpr size_t kZstdBlockBytesMin = 4;  // a head of 3, and one byte repeated
constexpr uint64_t kBlockBytesMax = kRecordsPerBlock * (4u << 20);

std::string SlotKey(uint64_t position) { return std::string(1, static_cast<char>(position % kRecordsPerBlock)); }

std::string BlockKey(uint64_t index) {
  std::string key;
  PutBigEndian(key, index);
  return key;
}

std::string BesideKey(Position position) { return BlockKey(position.value / kRecordsPerBlock) + SlotKey(position.value); }

absl::Status CorruptBlock(std::string_view what) { return Refuse(Reason::STORE_CORRUPT, fmt::format("block: {}", what)); }

std::string Pack(char version, std::string_view text) {
  std::string out(1, version);
  PutVarint(out, text.size());
  const size_t head = out.size();
  out.resize(head + ZSTD_compressBound(text.size()));
  const size_t size = ZSTD_compress(out.data() + head, out.size() - head, text.data(), text.size(), kCompressionLevel);
  out.resize(head + size);
  return out;
}

absl::StatusOr<std::string> Unpack(std::string_view bytes) {
  if (bytes.empty() || (bytes[0] != kBlockVersion && bytes[0] != kBlockVersionWithBeside)) return CorruptBlock("unknown version");
  ByteReader head(bytes.substr(1));
  const uint64_t size = head.Varint();
  // A length is believed, and memory taken for it, if zstd says the same and the bytes can hold as much.
  const std::string_view frame = head.rest();
  const uint64_t most = (frame.size() / kZstdBlockBytesMin + 1) * uint64_t{ZSTD_BLOCKSIZE_MAX};
  if (!head.ok() || size > std::min(kBlockBytesMax, most) || ZSTD_getFrameContentSize(frame.data(), frame.size()) != size)
    return CorruptBlock("bad length");
  std::string text(size, '\0');
  const size_t got = ZSTD_decompress(text.data(), size, frame.data(), frame.size());
  if (ZSTD_isError(got) || got != size) return CorruptBlock("does not decompress");
  return text;
}

}  // namespace

std::string EncodeBlock(const std::vector<std::string_view>& records) {
  std::string text;
  const bool some_beside = std::any_of(records.begin(), records.end(), [](const auto record) { return record.empty(); });
  for (const auto record : records) PutVarint(text, record.size());
  for (const auto record : records) text += record;
  return Pack(some_beside ? kBlockVersionWithBeside : kBlockVersion, text);
}

absl::StatusOr<std::shared_ptr<const Block>> Block::Decode(std::string_view bytes) {
  auto text = Unpack(bytes);
  if (!text.ok()) return text.status();
  auto block = std::make_shared<Block>();
  block->text_ = *std::move(text);
  const uint64_t size = block->text_.size();
  ByteReader lengths(block->text_);
  uint64_t total = 0;
  for (size_t i = 0; i < kRecordsPerBlock; ++i) {
    block->offsets_[i] = static_cast<uint32_t>(total);
    const uint64_t length = lengths.Varint();
    if (length > size - total) return CorruptBlock("lengths exceed the text");
    total += length;
  }
  block->offsets_[kRecordsPerBlock] = static_cast<uint32_t>(total);
  const uint64_t first = size - lengths.rest().size();
  if (!lengths.ok() || first + total != size) return CorruptBlock("lengths do not add up");
  for (auto& offset : block->offsets_) offset += static_cast<uint32_t>(first);
  return std::shared_ptr<const Block>(std::move(block));
}

absl::StatusOr<std::shared_ptr<const Block>> BlockCache::Get(const Snapshot& snapshot, uint64_t block_index) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = index_.find(block_index); it != index_.end()) {
      used_.splice(used_.begin(), used_, it->second);
      return it->second->second;
    }
  }
  std::string bytes;
  const auto found = snapshot.Get(Family::kBlocks, BlockKey(block_index), &bytes);
  if (!found.ok()) return found.status();
  if (!*found) return CorruptBlock(fmt::format("number {} is missing", block_index));
  auto block = Block::Decode(bytes);
  if (!block.ok()) return block;
  const std::lock_guard lock(mutex_);
  if (index_.contains(block_index)) return block;
  used_.emplace_front(block_index, *block);
  index_[block_index] = used_.begin();
  bytes_ += (*block)->memory_bytes();
  while (bytes_ > bytes_max_ && used_.size() > 1) {
    bytes_ -= used_.back().second->memory_bytes();
    index_.erase(used_.back().first);
    used_.pop_back();
  }
  return block;
}

absl::StatusOr<LogWriter> LogWriter::Open(const Snapshot& snapshot, uint64_t size) {
  LogReader reader(std::shared_ptr<const Snapshot>(&snapshot, [](const Snapshot*) {}), nullptr, size);
  std::vector<std::string> tail;
  for (uint64_t at = size - size % kRecordsPerBlock; at < size; ++at) {
    auto record = reader.Read(Position{at});
    if (!record.ok()) return record.status();
    tail.push_back(record->size() > kRecordBytesInBlockMax ? std::string() : *std::move(record));
  }
  LogWriter writer(size, std::move(tail));
  writer.flushed_ = writer.tail_.size();
  return writer;
}

Position LogWriter::Append(std::string record) {
  tail_.push_back(std::move(record));
  return Position{size_++};
}

void LogWriter::Flush(Batch& batch) {
  const uint64_t base = size_ - tail_.size();
  for (size_t i = flushed_; i < tail_.size(); ++i) {
    if (tail_[i].size() <= kRecordBytesInBlockMax) continue;
    batch.Put(Family::kBlocks, BesideKey(Position{base + i}), Pack(kBlockVersion, tail_[i]));
    std::string().swap(tail_[i]);
  }
  size_t sealed = 0;
  for (; tail_.size() - sealed >= kRecordsPerBlock; sealed += kRecordsPerBlock) {
    const std::vector<std::string_view> records(tail_.begin() + sealed, tail_.begin() + sealed + kRecordsPerBlock);
    batch.Put(Family::kBlocks, BlockKey((base + sealed) / kRecordsPerBlock), EncodeBlock(records));
  }
  for (size_t i = std::max<size_t>(sealed, flushed_); i < tail_.size(); ++i) {
    std::string value;
    PutLittleEndian(value, base + i);
    batch.Put(Family::kTail, SlotKey(base + i), value + tail_[i]);
  }
  tail_.erase(tail_.begin(), tail_.begin() + sealed);
  flushed_ = tail_.size();
}

const std::string* LogWriter::Unsealed(Position position) const {
  const uint64_t base = size_ - tail_.size();
  if (position.value < base || position.value >= size_) return nullptr;
  const std::string& record = tail_[position.value - base];
  return record.empty() ? nullptr : &record;
}

absl::StatusOr<std::string_view> LogReader::View(Position position) {
  if (position.value >= size_)
    return Refuse(Reason::EVENT_NOT_FOUND, fmt::format("position {} is beyond the end {}", position.value, size_));
  const uint64_t index = position.value / kRecordsPerBlock;
  if (index < size_ / kRecordsPerBlock) {
    if (index != held_index_) {
      auto block = cache_->Get(*snapshot_, index);
      if (!block.ok()) return block.status();
      held_ = *std::move(block);
      held_index_ = index;
    }
    const std::string_view record = held_->record(position.value % kRecordsPerBlock);
    return record.empty() ? ViewBeside(position) : record;
  }
  const auto found = snapshot_->Get(Family::kTail, SlotKey(position.value), &slot_);
  if (!found.ok()) return found.status();
  ByteReader reader(slot_);
  if (!*found || reader.LittleEndian<uint64_t>() != position.value || !reader.ok())
    return Refuse(Reason::STORE_CORRUPT, fmt::format("the log's tail lacks position {}", position.value));
  const std::string_view record = std::string_view(slot_).substr(sizeof(uint64_t));
  return record.empty() ? ViewBeside(position) : record;
}

absl::StatusOr<std::string_view> LogReader::ViewBeside(Position position) {
  std::string packed;
  const auto found = snapshot_->Get(Family::kBlocks, BesideKey(position), &packed);
  if (!found.ok()) return found.status();
  if (!*found) return Refuse(Reason::STORE_CORRUPT, fmt::format("the log lacks position {}", position.value));
  auto text = Unpack(packed);
  if (!text.ok()) return text.status();
  slot_ = *std::move(text);
  return std::string_view(slot_);
}

absl::StatusOr<std::string> LogReader::Read(Position position) {
  const auto view = View(position);
  if (!view.ok()) return view.status();
  return std::string(*view);
}

}  // namespace guanxi::store
