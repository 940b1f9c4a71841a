#include "partition/outbox_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "partition/keys.h"
#include "partition/partitioner.h"

namespace guanxi::partition {
namespace {

std::string After(std::string_view key) { return std::string(key) + '\0'; }

}  // namespace

void OutboxSender::SendFrom(const Rows& rows, const Send& send, TimePoint now) {
  for (uint32_t to = 0; to < lanes_.size(); ++to) {
    const Lane& lane = lanes_[to];
    if (lane.next && lane.under_way < kUnderWayMax && now >= lane.not_before) SendWaiting(rows, PartitionId(to), send);
  }
  if (grew_) SendNew(rows, send);
}

void OutboxSender::SendWaiting(const Rows& rows, PartitionId to, const Send& send) {
  const std::string from = *std::exchange(lanes_[to.value].next, std::nullopt);
  auto cursor = rows.Scan(from, After(seen_to_));
  for (; cursor.Valid(); cursor.Next()) {
    if (under_way_.contains(cursor.key())) continue;
    auto message = MessageOf(cursor.value());
    if (message && message->to == to && !TrySend(*message, cursor.key(), send)) return;
  }
  if (!cursor.status().ok()) lanes_[to.value].next = from;
}

void OutboxSender::SendNew(const Rows& rows, const Send& send) {
  const std::string all(1, static_cast<char>(Table::kOutbox));
  auto cursor = rows.Scan(seen_to_.empty() ? all : After(seen_to_), store::PrefixEnd(all));
  for (; cursor.Valid(); cursor.Next()) {
    seen_to_ = cursor.key();
    ++pending_;
    auto message = MessageOf(cursor.value());
    if (message && !lanes_[message->to.value].next) TrySend(*message, seen_to_, send);
  }
  grew_ = !cursor.status().ok();
}

std::optional<OutboxSender::Message> OutboxSender::MessageOf(std::string_view row) const {
  const auto record = codec::DecodeRecord(row);
  if (!record.ok()) return std::nullopt;
  Message message{PartitionOf(record->account_id, static_cast<uint32_t>(lanes_.size())), {}};
  message.submission.internal = true;
  message.submission.events.push_back(codec::Record::CopyOf(*record));
  std::string& cause = message.submission.events.front().causation_id;
  cause = fmt::format("{}/{}", from_.value, cause);
  return message;
}

bool OutboxSender::TrySend(Message& message, std::string_view key, const Send& send) {
  Lane& lane = lanes_[message.to.value];
  if (lane.under_way >= kUnderWayMax || !send(message.to, std::string(key), message.submission)) {
    lane.next = std::string(key);
    return false;
  }
  ++lane.under_way;
  under_way_.emplace(key, message.to);
  return true;
}

void OutboxSender::Delivered(const std::string& key) {
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  --lanes_[found->second.value].under_way;
  --pending_;
  under_way_.erase(found);
}

void OutboxSender::Undelivered(const std::string& key, TimePoint now) {
  const auto found = under_way_.find(key);
  if (found == under_way_.end()) return;
  Lane& lane = lanes_[found->second.value];
  --lane.under_way;
  if (!lane.next || key < *lane.next) lane.next = key;
  lane.not_before = now + kPause;
  under_way_.erase(found);
}

bool OutboxSender::HasMore() const {
  return grew_ || std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.next.has_value(); });
}

bool OutboxSender::IsHeldUp() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.next && lane.under_way == 0; });
}

}  // namespace guanxi::partition
