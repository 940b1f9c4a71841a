// The way of a partition's outbox to the others: so many messages to each of them
// at once, in order, and none where there is no room; what is acknowledged makes
// room for the next. Each row is looked at once, but for those that had to wait.
// Holds no messages. Belongs to the actor's thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/strong.h"
#include "codec/record.h"
#include "partition/rows.h"
#include "partition/submission.h"

namespace guanxi::partition {

class OutboxSender {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr size_t kUnderWayMax = 256;  // to each partition
  // After a message could not be taken, to the same partition.
  static constexpr std::chrono::milliseconds kPause{100};

  // false: the partition has no room, and the message was left as it was.
  using Send = std::function<bool(PartitionId to, const std::string& key, Submission& message)>;

  OutboxSender(PartitionId from, uint32_t partitions) : from_(from), lanes_(partitions) {}

  // Rows may have been put since.
  void Grew() { grew_ = true; }
  // Sends what there is room for. `rows`: of a commit that has everything Delivered so far.
  void SendFrom(const Rows& rows, const Send& send, TimePoint now);
  // The other partition has it; its row is deleted with the next commit.
  void Delivered(const std::string& key);
  // It was not taken: it is sent again, before what comes after it.
  void Undelivered(const std::string& key, TimePoint now);
  // Sends everything again, also what is under way: delivering twice is harmless.
  void StartAgain() { *this = OutboxSender(from_, static_cast<uint32_t>(lanes_.size())); }

  // Messages seen and not yet delivered.
  size_t pending() const { return pending_; }
  // There may be something to send.
  bool HasMore() const;
  // There is, and no acknowledgement will make room for it.
  bool IsHeldUp() const;

 private:
  // To one partition.
  struct Lane {
    size_t under_way = 0;
    std::optional<std::string> next;  // key of the first message that had to wait, if any did
    TimePoint not_before{};
  };
  struct Message {
    PartitionId to;
    Submission submission;
  };

  std::optional<Message> MessageOf(std::string_view row) const;
  // false: it waits from here on.
  bool TrySend(Message& message, std::string_view key, const Send& send);
  void SendWaiting(const Rows& rows, PartitionId to, const Send& send);
  void SendNew(const Rows& rows, const Send& send);

  PartitionId from_;
  std::vector<Lane> lanes_;
  std::map<std::string, PartitionId, std::less<>> under_way_;
  std::string seen_to_;  // the last key looked at
  bool grew_ = true;
  size_t pending_ = 0;
};

}  // namespace guanxi::partition
