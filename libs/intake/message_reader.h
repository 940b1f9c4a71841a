// What a Kafka record says to a partition's log. A function of the record and of
// the partition it lies in, and of nothing else: every node reads the same. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.h"
#include "codec/kafka_message.h"
#include "intake/log_base.h"
#include "intake/pending.h"
#include "kafka/message.h"
#include "partition/submission.h"

namespace guanxi::intake {

// Headers of the records that nodes produce (docs/formats/submission.md).
inline constexpr std::string_view kContentTypeHeader = "content-type";
inline constexpr std::string_view kTicketHeader = "guanxi-ticket";

struct Reading {
  partition::Submission submission;
  // Not OK (PARTITION_WRONG, or as codec::RecordFromKafka): the submission is one
  // parked event that holds the record.
  absl::Status unreadable;
  std::optional<Ticket> ticket;
  // The record says this and nothing else: the submission is empty.
  std::optional<LogBase> base;
  // Of the node that produced it (utc_offset.h); points into the record. nullopt: it does not say, or no node did.
  std::optional<std::string_view> utc_offset;
};

class MessageReader {
 public:
  explicit MessageReader(uint32_t partitions) : partitions_(partitions) {}
  Reading Read(const kafka::Message& message, PartitionId partition) const;

 private:
  absl::Status CheckPartition(const std::string& account_id, PartitionId partition) const;
  const uint32_t partitions_;
};

// Points into the message.
codec::KafkaMessage ViewOf(const kafka::Message& message);

// Of key, value and time: tells whether an offset still holds the same record.
uint64_t FingerprintOf(const kafka::Message& message);

}  // namespace guanxi::intake
