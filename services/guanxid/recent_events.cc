#include "guanxid/recent_events.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>

#include "guanxid/event_message.h"

namespace guanxi::service {
namespace {

constexpr size_t kChunkBytesMax = 1 << 20;
constexpr size_t kChunkRecordsMax = 1024;
constexpr size_t kWindowBytesMax = 4 << 20;
// A window that is further behind begins anew at the end.
constexpr uint64_t kReadAtOnceMax = 4096;

}  // namespace

std::string EncodeRow(const v1::Event& event) {
  using google::protobuf::internal::WireFormatLite;
  std::string row;
  google::protobuf::io::StringOutputStream stream(&row);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.WriteTag(WireFormatLite::MakeTag(v1::SubscribeResponse::kEventsFieldNumber, WireFormatLite::WIRETYPE_LENGTH_DELIMITED));
  out.WriteVarint32(static_cast<uint32_t>(event.ByteSizeLong()));
  event.SerializeWithCachedSizes(&out);
  out.Trim();
  return row;
}

absl::StatusOr<std::shared_ptr<const RecentChunk>> RecentChunk::Read(const partition::View& view, uint64_t first,
                                                                     const privacy::KeyStore& keys) {
  auto chunk = std::make_shared<RecentChunk>();
  chunk->first_ = first;
  store::LogReader log = view.Log();
  for (uint64_t position = first; position < view.log_size; ++position) {
    if (chunk->memory_bytes_ >= kChunkBytesMax || chunk->entries_.size() >= kChunkRecordsMax) break;
    absl::StatusOr<std::string> bytes = log.Read(Position{position});
    if (!bytes.ok()) return bytes.status();
    chunk->bytes_.push_back(*std::move(bytes));
    absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(chunk->bytes_.back());
    if (!record.ok()) return record.status();
    std::string row = EncodeRow(EventFrom(*record, view.partition, Position{position}, keys));
    chunk->by_account_[record->account_id].push_back(position);
    chunk->entries_.push_back({*std::move(record), std::move(row)});
    chunk->memory_bytes_ += chunk->bytes_.back().size() + chunk->entries_.back().row.size() + sizeof(Entry);
  }
  return chunk;
}

const std::vector<uint64_t>* RecentChunk::Of(std::string_view account_id) const {
  const auto found = by_account_.find(account_id);
  return found == by_account_.end() ? nullptr : &found->second;
}

RecentEvents::RecentEvents(uint32_t partitions, const privacy::KeyStore& keys) : keys_(keys) {
  for (uint32_t p = 0; p < partitions; ++p) windows_.push_back(std::make_unique<Window>());
}

absl::Status RecentEvents::Extend(Window& window, const partition::View& view, uint64_t place) {
  uint64_t next = window.chunks.empty() ? place : window.chunks.back()->end();
  if (view.log_size > next + kReadAtOnceMax) {
    window.chunks.clear();
    window.memory_bytes = 0;
    next = view.log_size - kReadAtOnceMax;
  }
  while (next < view.log_size) {
    absl::StatusOr<std::shared_ptr<const RecentChunk>> chunk = RecentChunk::Read(view, next, keys_);
    if (!chunk.ok()) return chunk.status();
    next = (*chunk)->end();
    window.memory_bytes += (*chunk)->memory_bytes();
    window.chunks.push_back(*std::move(chunk));
    for (; window.memory_bytes > kWindowBytesMax && window.chunks.size() > 1; window.chunks.pop_front())
      window.memory_bytes -= window.chunks.front()->memory_bytes();
  }
  return absl::OkStatus();
}

absl::StatusOr<RecentChunks> RecentEvents::From(const partition::View& view, uint64_t place) {
  Window& window = *windows_[view.partition.value];
  const std::lock_guard lock(window.mutex);
  if (absl::Status extended = Extend(window, view, place); !extended.ok()) return extended;
  if (window.chunks.empty() || place < window.chunks.front()->first()) return RecentChunks{};
  size_t from = window.chunks.size();
  while (from > 0 && window.chunks[from - 1]->end() > place) --from;
  return RecentChunks(window.chunks.begin() + static_cast<std::ptrdiff_t>(from), window.chunks.end());
}

}  // namespace guanxi::service
