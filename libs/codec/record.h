// codec: stored bytes <-> events. The only library that knows both the record
// format and the event messages. Knows no state, store, broker or socket.
//
// This header is the record: one entry of a partition's log, as it is stored
// and as the Merkle tree hashes it. Layout, worked example and reasons:
// docs/formats/record.md.
//
// Thread rule: values and pure functions; safe from any thread.
// Ownership: a RecordView points into the bytes it was decoded from, or into
// whatever its maker pointed it at; it owns nothing but two vectors that are
// empty for most records. `Record` owns its strings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace guanxi::codec {

inline constexpr uint8_t kRecordFormatVersion = 1;

// Bits of the flags byte. Persistent: never reused. A reader refuses others.
inline constexpr uint8_t kRecordParked = 0x01;
inline constexpr uint8_t kRecordHasTypeName = 0x02;
inline constexpr uint8_t kRecordKnownFlags = kRecordParked | kRecordHasTypeName;

// version, flags, type, occurred_at, recorded_at.
inline constexpr size_t kRecordHeaderBytes = 1 + 1 + 2 + 8 + 8;
inline constexpr size_t kRecordChecksumBytes = 8;

// Limits of what is admitted (CheckEnvelope in codec/admission.h applies them), inclusive, in bytes.
inline constexpr size_t kAccountIdBytesMax = 128;
inline constexpr size_t kEventIdBytesMax = 128;
inline constexpr size_t kSourceBytesMax = 256;
inline constexpr size_t kTypeNameBytesMax = 256;
inline constexpr size_t kContentTypeBytesMax = 256;
// actor, on_behalf_of, correlation_id, causation_id: each.
inline constexpr size_t kAttributeBytesMax = 256;
inline constexpr size_t kExtensionsMax = 32;
inline constexpr size_t kExtensionNameBytesMax = 64;
inline constexpr size_t kExtensionValueBytesMax = 4096;
inline constexpr size_t kSealedPartsMax = 32;
inline constexpr size_t kPayloadBytesMax = size_t{1} << 20;
inline constexpr size_t kRecordBytesMax = size_t{2} << 20;

// A CloudEvents extension attribute that the engine only carries.
struct ExtensionView {
  std::string_view name;
  std::string_view value;
};

// Personal data of one person, encrypted (docs/formats/sealed-parts.md).
struct SealedPartView {
  std::string_view subject;
  std::string_view key_id;
  std::string_view nonce;
  std::string_view ciphertext;
};

struct RecordView {
  // relations::EventType number; 0: unknown to this engine, type_name says what it was called.
  uint16_t type = 0;
  // Why the record is parked (base/reason.h number); 0: it is not.
  uint32_t park_reason = 0;
  Timestamp occurred_at;
  Timestamp recorded_at;
  // 1, 2, 3 ... over the accepted records of the account; 0 for parked and control records,
  // but a ParkedRepaired has that of the event it repaired.
  uint64_t account_version = 0;
  // Empty for control records.
  std::string_view account_id;
  std::string_view source;
  std::string_view id;
  std::string_view actor;
  std::string_view on_behalf_of;
  std::string_view correlation_id;
  std::string_view causation_id;
  // Only stored when type is 0.
  std::string_view type_name;
  // In the order given.
  std::vector<ExtensionView> extensions;
  std::vector<SealedPartView> sealed;
  // Empty: `payload` is the protobuf message of `type`.
  std::string_view content_type;
  std::string_view payload;

  bool parked() const { return park_reason != 0; }
};

struct Extension {
  std::string name;
  std::string value;
  friend bool operator==(const Extension&, const Extension&) = default;
};

struct SealedPart {
  std::string subject;
  std::string key_id;
  std::string nonce;
  std::string ciphertext;
  friend bool operator==(const SealedPart&, const SealedPart&) = default;
};

// The same, owning; for import, export and queues.
struct Record {
  uint16_t type = 0;
  uint32_t park_reason = 0;
  Timestamp occurred_at;
  Timestamp recorded_at;
  uint64_t account_version = 0;
  std::string account_id;
  std::string source;
  std::string id;
  std::string actor;
  std::string on_behalf_of;
  std::string correlation_id;
  std::string causation_id;
  std::string type_name;
  std::vector<Extension> extensions;
  std::vector<SealedPart> sealed;
  std::string content_type;
  std::string payload;

  static Record CopyOf(const RecordView& view);
  // Valid while this record is neither changed nor destroyed.
  RecordView View() const;
  friend bool operator==(const Record&, const Record&) = default;
};

// Appends the stored bytes of `record` to `out`. Cannot fail: limits are the
// admission's business. The same record always gives the same bytes.
void EncodeRecord(const RecordView& record, std::string& out);
std::string EncodeRecord(const RecordView& record);

// Reads whatever EncodeRecord wrote, above the limits too: what is parked broke
// one of them. `bytes` is exactly one record. Safe on
// arbitrary bytes: STORE_CORRUPT when the checksum, the version, a flag, a
// length or a count is wrong. No allocation unless there are extensions or
// sealed parts.
absl::StatusOr<RecordView> DecodeRecord(std::string_view bytes);

}  // namespace guanxi::codec
