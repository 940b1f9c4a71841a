// The newest events of every partition, read and encoded once for all streams
// that follow them: a thousand subscribers would otherwise decode each record a
// thousand times. Bounded; who is further behind reads the log. Thread-safe.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"
#include "partition/view.h"
#include "privacy/key_store.h"

namespace guanxi::service {

// A few records that follow each other in a partition's log. Immutable.
class RecentChunk {
 public:
  struct Entry {
    codec::RecordView record;  // into the chunk's own bytes
    std::string row;           // guanxi.v1.Event as a field of SubscribeResponse.events, encoded
  };

  // At least one record from `first` on, until the view's end or about kChunkBytesMax. first < view.log_size.
  static absl::StatusOr<std::shared_ptr<const RecentChunk>> Read(const partition::View& view, uint64_t first,
                                                                 const privacy::KeyStore& keys);

  uint64_t first() const { return first_; }
  uint64_t end() const { return first_ + entries_.size(); }  // exclusive
  size_t memory_bytes() const { return memory_bytes_; }
  const Entry& at(uint64_t position) const { return entries_[position - first_]; }
  // Positions of the account's records, rising; nullptr: none.
  const std::vector<uint64_t>* Of(std::string_view account_id) const;

 private:
  uint64_t first_ = 0;
  size_t memory_bytes_ = 0;
  std::deque<std::string> bytes_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, std::vector<uint64_t>> by_account_;
};

using RecentChunks = std::vector<std::shared_ptr<const RecentChunk>>;

class RecentEvents {
 public:
  RecentEvents(uint32_t partitions, const privacy::KeyStore& keys);

  // Chunks that hold every record from `place` to the view's end or beyond, oldest first; none where `place` is older than what
  // is kept. Reads what the view has and nobody has read.
  absl::StatusOr<RecentChunks> From(const partition::View& view, uint64_t place);

 private:
  struct Window {
    std::mutex mutex;
    std::deque<std::shared_ptr<const RecentChunk>> chunks;  // without gaps
    size_t memory_bytes = 0;
  };
  absl::Status Extend(Window& window, const partition::View& view, uint64_t place);

  const privacy::KeyStore& keys_;
  std::vector<std::unique_ptr<Window>> windows_;
};

// Encodes the event as one of SubscribeResponse.events.
std::string EncodeRow(const v1::Event& event);

}  // namespace guanxi::service
