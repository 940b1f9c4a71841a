// One record as one Kafka record, and back: CloudEvents 1.0 in binary mode
// (attributes are ce_ headers, the value is the data) and in structured mode
// (the value is codec/cloudevents.h's JSON). The whole form, with examples:
// docs/formats/kafka.md.
//
//   key                    account id; must equal ce_partitionkey where there is one
//   ce_ATTRIBUTE           the attribute, by the table in codec/cloudevents.h; a null header is one that is not there
//   content-type           datacontenttype; application/cloudevents+json: structured mode
//   value                  JSON of a known type becomes protobuf; protobuf stays, without Confluent's frame
//   other headers          passed over
//
// Pure; safe from any thread. What a message means is part of the log's
// definition: the same message gives the same record everywhere, whatever
// any registry or configuration says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "codec/record.h"

namespace guanxi::codec {

// Of a parked record whose payload is a Kafka record as it came (KeptMessage).
inline constexpr std::string_view kKafkaMessageContentType = "application/vnd.guanxi.kafka-message";
// A message that is larger than a log record can hold is kept by this many of its first bytes and its hash.
inline constexpr size_t kKeptOfLargeMessage = size_t{64} << 10;

struct KafkaHeader {
  std::string_view name;
  std::optional<std::string_view> value;  // nullopt: null
  friend bool operator==(const KafkaHeader&, const KafkaHeader&) = default;
};

// Points into its maker's memory.
struct KafkaMessage {
  std::optional<std::string_view> key, value;  // nullopt: null, which is not the same as empty
  std::vector<KafkaHeader> headers;            // in the producer's order; names may repeat
  Timestamp time;                              // the broker's
};

struct FromKafka {
  absl::Status status;
  // OK: as CheckEnvelope, EventDecoder and the writer take it from a client;
  // recorded_at and account_version are the writer's. Otherwise what the log
  // parks: park_reason set, payload KeptMessage, and of the envelope what could
  // be read. It always fits into the log and never reads back as an event.
  Record record;
};

// Refusals, besides those of RecordFromCloudEvent:
//   MESSAGE_UNREADABLE  the value is null; no CloudEvent; a batch; a frame that is cut off or whose message index
//                       is not the first message; metadata `what`
//   ACCOUNT_ID_INVALID  the key is null or no account id; metadata `field` = "key"
//   FIELD_INVALID       metadata `field`: an attribute given twice or of a wrong form, a partitionkey that is not
//                       the key, a parked event of an export, a personal field that is not sealed
//   EVENT_TOO_LARGE     more than the log takes as a payload
// Cost: some 0.3 us for a small protobuf event, one copy of its bytes.
FromKafka RecordFromKafka(const KafkaMessage& message);

// The same of a topic whose events may name persons in clear, which is not looked
// for here: the record must be sealed before it goes anywhere. Nothing is parked.
absl::StatusOr<Record> RecordInClear(const KafkaMessage& message);

// What the log parks of a message that is refused for another reason, such as
// PARTITION_WRONG. `why` carries a reason.
Record ParkedMessage(const KafkaMessage& message, const absl::Status& why);

// The whole message as one text, byte for byte: the payload of what is parked.
// Of an event about a contact without its value: that may name persons in clear.
std::string KeptMessage(const KafkaMessage& message);
// Back; points into `kept`, the time is not in it. FAILED_PRECONDITION when it
// was not kept whole, STORE_CORRUPT when it is not KeptMessage's.
absl::StatusOr<KafkaMessage> MessageFromKept(std::string_view kept);

enum class KafkaMode { kBinary, kStructured };
enum class KafkaPayload { kProtobuf, kJson };

// Owns its texts.
struct OutgoingKafkaMessage {
  std::string key, value;
  std::vector<std::pair<std::string, std::string>> headers;
};

// RecordFromKafka of it gives the same record, without recorded_at and
// account_version. Structured, whatever was asked for, when headers cannot say
// it (two extensions of one name); protobuf when JSON cannot. The record has an
// account and is not parked.
OutgoingKafkaMessage KafkaMessageFromRecord(const Record& record, KafkaMode mode, KafkaPayload payload);

}  // namespace guanxi::codec
