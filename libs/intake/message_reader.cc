#include "intake/message_reader.h"

#include <xxhash.h>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "codec/kafka_message.h"
#include "intake/utc_offset.h"
#include "partition/partitioner.h"
#include "partition/submission_coding.h"

namespace guanxi::intake {
namespace {

// The last header of that name.
std::optional<std::string_view> HeaderOf(const codec::KafkaMessage& message, std::string_view name) {
  for (auto header = message.headers.rbegin(); header != message.headers.rend(); ++header)
    if (header->name == name) return header->value;
  return std::nullopt;
}

std::optional<std::string_view> UtcOffsetOf(const codec::KafkaMessage& message) {
  const std::optional<std::string_view> said = HeaderOf(message, kUtcOffsetHeader);
  return said && IsUtcOffset(*said) ? said : std::nullopt;
}

}  // namespace

codec::KafkaMessage ViewOf(const kafka::Message& message) {
  codec::KafkaMessage view{message.key(), message.value(), {}, message.timestamp()};
  const std::vector<kafka::Header> headers = message.headers();
  view.headers.reserve(headers.size());
  for (const kafka::Header& header : headers) view.headers.push_back({header.name, header.value});
  return view;
}

uint64_t FingerprintOf(const kafka::Message& message) {
  std::string head;
  PutLengthPrefixed(head, message.key().value_or(""));
  PutLittleEndian(head, static_cast<uint64_t>(message.timestamp().micros));
  const std::string_view value = message.value().value_or("");
  return XXH3_64bits_withSeed(value.data(), value.size(), XXH3_64bits(head.data(), head.size()));
}

absl::Status MessageReader::CheckPartition(const std::string& account_id, PartitionId partition) const {
  if (account_id.empty()) return absl::OkStatus();
  const PartitionId right = partition::PartitionOf(account_id, partitions_);
  if (right == partition) return absl::OkStatus();
  return Refuse(Reason::PARTITION_WRONG, "the account belongs to partition " + std::to_string(right.value),
                {{"partition", std::to_string(right.value)}});
}

Reading MessageReader::Read(const kafka::Message& message, PartitionId partition) const {
  Reading reading;
  const codec::KafkaMessage view = ViewOf(message);
  const std::optional<std::string_view> type = HeaderOf(view, kContentTypeHeader);
  if (type == kBaseContentType || type == partition::kSubmissionContentType) reading.utc_offset = UtcOffsetOf(view);
  if (view.value && type == kBaseContentType) {
    reading.base = DecodeBase(*view.value);
    return reading;
  }
  if (view.value && type == partition::kSubmissionContentType) {
    if (const auto ticket = HeaderOf(view, kTicketHeader)) reading.ticket = DecodeTicket(*ticket);
    absl::StatusOr<partition::Submission> submission = partition::DecodeSubmission(*view.value);
    reading.unreadable = submission.status();
    if (submission.ok()) reading.submission = *std::move(submission);
  } else {
    codec::FromKafka read = codec::RecordFromKafka(view);
    reading.unreadable = std::move(read.status);
    reading.submission.events.push_back(std::move(read.record));
  }
  if (reading.unreadable.ok()) reading.unreadable = CheckPartition(reading.submission.events.front().account_id, partition);
  if (!reading.unreadable.ok() && (reading.submission.events.empty() || !reading.submission.events.front().View().parked()))
    reading.submission = {.events = {codec::ParkedMessage(view, reading.unreadable)}};
  return reading;
}

}  // namespace guanxi::intake
