// The catalogue of error reasons: each has a stable name, a status code, a
// cause and a remedy. The API's ErrorReason enum and docs/errors.md are checked
// against this table by a test. Names are never renamed or reused.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace guanxi {

// X(name, number, status code, cause, remedy)
// clang-format off
#define GUANXI_REASONS(X)                                                                                             \
  X(ACCOUNT_ID_INVALID, 1, kInvalidArgument, "The account id is empty, longer than 128 bytes, not UTF-8, or holds a control character or '/'.", "Send an id of 1-128 bytes of plain UTF-8.") \
  X(EVENT_ID_INVALID, 2, kInvalidArgument, "The event id or source is empty, longer than 128 bytes (source: 256) or not UTF-8.", "Give every event an id that is unique within its source.") \
  X(EVENT_ID_CONFLICT, 3, kAlreadyExists, "The same account, source and id was stored before with another body. The second body is parked.", "Give the event an id of its own, or send the first body again.") \
  X(EVENT_TYPE_MISSING, 4, kInvalidArgument, "The event has no data, or its data has no type.", "Set `data` to a guanxi.event.v1 message, or `raw` with a type.") \
  X(PAYLOAD_UNDECODABLE, 5, kInvalidArgument, "The data are not the bytes of the type they name.", "Check the producer's schema; the parked record holds the bytes.") \
  X(FIELD_INVALID, 6, kInvalidArgument, "A field is missing or out of its range; metadata `field` names it.", "Correct the field as the API's comment on it says.") \
  X(TEXT_NOT_UTF8, 7, kInvalidArgument, "A text field is not valid UTF-8.", "Send UTF-8.") \
  X(CURRENCY_UNKNOWN, 8, kInvalidArgument, "The currency code is not in ISO 4217.", "Use a three-letter code such as CNY or EUR.") \
  X(AMOUNT_OUT_OF_RANGE, 9, kInvalidArgument, "An amount is negative or zero where it may not be, or above 10^18 micro-units.", "Amounts are micro-units: 12.50 is 12500000.") \
  X(LINE_AMOUNT_NOT_EXACT, 10, kInvalidArgument, "Quantity times unit price is no whole number of micro-units.", "Use fewer decimals in the quantity or the price.") \
  X(OCCURRED_AT_MISSING, 11, kInvalidArgument, "The event does not say when it occurred.", "Set occurred_at (CloudEvents: time).") \
  X(OCCURRED_AT_OUT_OF_RANGE, 12, kInvalidArgument, "occurred_at lies outside the years 1 to 9999.", "Check the producer's clock and units.") \
  X(OCCURRED_IN_FUTURE, 13, kInvalidArgument, "occurred_at lies further after the time of recording than the tolerance.", "Check the producer's clock; retry the parked event when its time has come.") \
  X(EVENT_TOO_LARGE, 14, kResourceExhausted, "The event is larger than the limit.", "Send references instead of documents.") \
  X(EXPECTED_VERSION_MISMATCH, 15, kFailedPrecondition, "The account is not at the version the command expected; metadata has both.", "Read the account again and decide again.") \
  X(STATE_CONTRADICTED, 16, kFailedPrecondition, "The event contradicts the account's state and validation is STRICT.", "Send what is missing first, or send it as a fact (validation PARK), which is kept with an anomaly.") \
  X(ACCOUNT_NOT_FOUND, 17, kNotFound, "No event of the account was stored.", "Check the id; ids are compared bytewise.") \
  X(EVENT_NOT_FOUND, 18, kNotFound, "No such event or position.", "Check source and id, or the partition and position.") \
  X(PAGE_TOKEN_INVALID, 19, kInvalidArgument, "The page token is not one of ours, or was made for other arguments.", "Start again without a token; keep the other arguments while paging.") \
  X(CONSISTENCY_TOKEN_INVALID, 20, kInvalidArgument, "The consistency token is not one of ours, or of another log epoch.", "Use a token that this cluster returned since its last restore.") \
  X(POSITION_NOT_REACHED, 21, kUnavailable, "The partition has not applied the position yet.", "Try again; metadata `retry_after_ms` says when.") \
  X(OVERLOADED, 22, kResourceExhausted, "The partition's queue is full.", "Try again later; metadata `retry_after_ms` says when.") \
  X(STORE_FAILED, 23, kUnavailable, "The store could not write or read.", "See the server's log: a full or failing disk. Nothing was acknowledged.") \
  X(STORE_CORRUPT, 24, kDataLoss, "Stored bytes do not verify.", "Stop the node, restore a backup or rebuild the views.") \
  X(DATA_DIRECTORY_NEWER, 25, kFailedPrecondition, "The data directory was written by a newer version.", "Use that version or a later one.") \
  X(DATA_DIRECTORY_IN_USE, 26, kFailedPrecondition, "Another process has the data directory open.", "Stop the other process, or use another directory.") \
  X(DATA_DIRECTORY_FOREIGN, 27, kFailedPrecondition, "The directory holds something else than guanxi data, or other settings than those it was created with.", "Use another directory, or the settings it was created with.") \
  X(POLICY_INVALID, 28, kInvalidArgument, "The policy file is not valid; the message names the key.", "Correct the file; `guanxi policy show standard` prints a full one.") \
  X(POLICY_RETROACTIVE, 29, kFailedPrecondition, "The policy's effective date does not lie after the clock.", "Choose a later date; the past is changed by a new projection only.") \
  X(POLICY_NOT_FOUND, 30, kNotFound, "No such policy or version.", "`guanxi policy list` shows what there is.") \
  X(PARKED_NOT_FOUND, 31, kNotFound, "The position holds no open parked event.", "`guanxi parked list` shows what is open.") \
  X(REQUEST_INVALID, 32, kInvalidArgument, "A field of the request is missing or out of its range; metadata `field` names it.", "Correct the field as the API's comment on it says.") \
  X(CONTROL_TYPE_RESERVED, 33, kInvalidArgument, "Clients cannot append records that the engine writes itself.", "Use the service made for it (PolicyService, AdminService).") \
  X(SHUTTING_DOWN, 34, kUnavailable, "The server is stopping.", "Try again; another process may take over.") \
  X(TREE_SIZE_INVALID, 35, kInvalidArgument, "The tree size is larger than the log, or sizes are in the wrong order.", "Ask GetTreeHead for the size.") \
  X(SUBSCRIBER_TOO_SLOW, 36, kResourceExhausted, "The subscriber fell too far behind.", "Resume from the last checkpoint received.") \
  X(READ_TIME_INVALID, 37, kInvalidArgument, "The point in time or position asked for cannot be served.", "Ask for a time not after the clock, and a position not after the log's end.") \
  X(OUTCOME_UNKNOWN, 38, kDeadlineExceeded, "The deadline passed, or Kafka stopped answering, before the outcome was known. The events may have been stored.", "Send the same events with the same ids again: what was stored is answered as a duplicate.") \
  X(SOURCE_UNAVAILABLE, 39, kUnavailable, "Kafka does not answer, or refuses the connection. Nothing was stored.", "Check the brokers, the network and the kafka_* settings. A node that runs goes on by itself; one that did not start is to be started again.") \
  X(SOURCE_FOREIGN, 40, kFailedPrecondition, "The topic is of another Kafka cluster, has another name or another number of partitions than those the data directory was made from; or the topic and the directory do not begin with the same records, or have different UTC offsets.", "Correct kafka_brokers, kafka_topic, partitions or utc_offset, or give the node a copy of the directory of a node of this topic. Keep this directory: what it was made from may be nowhere else.") \
  X(SOURCE_DIVERGED, 41, kDataLoss, "The topic no longer holds what was applied from it: the last applied record reads otherwise, or the topic ends before it.", "Compare the heads with another node's, and find out who replaced the topic; then restore the topic, or copy another node's directory. Do not delete this one first.") \
  X(SOURCE_TRUNCATED, 42, kDataLoss, "The topic begins after the next record to apply: retention deleted records that this node has not seen.", "Restore a newer backup or copy another node's directory, and lengthen the topic's retention.") \
  X(TOPIC_MISSING, 43, kFailedPrecondition, "The topic does not exist.", "Check the topic's name in the kafka_* settings. A topic that a log came from is to be restored; only one that never was is made by `guanxi kafka create-topics`.") \
  X(TOPIC_UNSUITABLE, 44, kFailedPrecondition, "The topic is not set up as the log needs it; the message names the setting.", "Correct the topic's setting, or let `guanxi kafka create-topics` make a topic.") \
  X(PARTITION_WRONG, 45, kInvalidArgument, "The Kafka record's account belongs to another partition than the one it was written to.", "Produce with the account id as key and the partitioner murmur2 (librdkafka: partitioner=murmur2_random).") \
  X(MESSAGE_UNREADABLE, 46, kInvalidArgument, "The Kafka record cannot be read as an event; the message says why.", "Check the producer; the parked record holds the bytes.") \
  X(DISK_FULL, 47, kResourceExhausted, "The disk has no room. Nothing of the refused call was kept; reads go on.", "Free space and try again; metadata `retry_after_ms` says when. No restart is needed.") \
  X(ADMISSION_LEVEL_NEWER, 48, kFailedPrecondition, "The log admits records by rules that this version does not know; metadata `level` and `known`. It reads no further, so that its log does not become another.", "Start a version that knows the level, on the same directory.")
// clang-format on

enum class Reason {
#define GUANXI_REASON_ENUM(name, number, code, cause, remedy) name = number,
  GUANXI_REASONS(GUANXI_REASON_ENUM)
#undef GUANXI_REASON_ENUM
};

struct ReasonEntry {
  Reason reason;
  std::string_view name;
  absl::StatusCode code;
  std::string_view cause;
  std::string_view remedy;
};

// The table's row.
const ReasonEntry& EntryOf(Reason reason);

using ReasonMetadata = std::map<std::string, std::string>;

// A status that carries the reason and its metadata. Every dynamic value of the
// message belongs into the metadata too.
absl::Status Refuse(Reason reason, std::string message, ReasonMetadata metadata = {});

// The reason of a status made by Refuse; nullptr for any other.
const ReasonEntry* ReasonOf(const absl::Status& status);
ReasonMetadata MetadataOf(const absl::Status& status);

}  // namespace guanxi
