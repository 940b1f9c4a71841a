#include "codec/admission.h"

#include <google/protobuf/stubs/common.h>

#include <array>

#include "base/reason.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

struct NamedText {
  std::string_view field;
  std::string_view value;
  size_t bytes_max;
};

absl::Status RefuseField(Reason reason, std::string_view field, std::string_view why) {
  return Refuse(reason, std::string(field) + " " + std::string(why), {{"field", std::string(field)}});
}

bool IsControl(const RecordView& record) {
  return relations::EntryOf(relations::EventType{record.type}).family == relations::EventFamily::kControl;
}

// C0, DEL and C1: no CloudEvents string may hold them.
bool HasControlCharacter(std::string_view utf8) {
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x20 || c == 0x7f) return true;
    // U+0080-009F are C2 80 .. C2 9F; valid UTF-8 has a byte after C2.
    if (c == 0xc2 && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
  }
  return false;
}

bool IsPlainText(std::string_view text, size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && IsUtf8(text) && !HasControlCharacter(text);
}

absl::Status CheckIdentity(const RecordView& record) {
  const bool account_fits = record.account_id.empty() ? record.type >= 900 && IsControl(record) : IsAccountId(record.account_id);
  if (!account_fits) return RefuseField(Reason::ACCOUNT_ID_INVALID, "account_id", "is not 1-128 bytes of plain UTF-8 without '/'");
  if (!IsEventId(record.id)) return RefuseField(Reason::EVENT_ID_INVALID, "id", "is not 1-128 bytes of UTF-8 without control characters");
  if (!IsPlainText(record.source, kSourceBytesMax))
    return RefuseField(Reason::EVENT_ID_INVALID, "source", "is not 1-256 bytes of UTF-8 without control characters");
  if (record.type == 0 && record.type_name.empty()) return RefuseField(Reason::EVENT_TYPE_MISSING, "type", "is missing");
  return absl::OkStatus();
}

// Upper bound of the encoded size: every length prefix is at most 4 bytes below 2^28.
size_t BytesAtMost(const RecordView& record) {
  size_t bytes = kRecordHeaderBytes + kRecordChecksumBytes + 64;
  for (std::string_view text : {record.account_id, record.source, record.id, record.actor, record.on_behalf_of, record.correlation_id,
                                record.causation_id, record.type_name, record.content_type, record.payload}) {
    bytes += text.size() + 4;
  }
  for (const ExtensionView& e : record.extensions) bytes += e.name.size() + e.value.size() + 8;
  for (const SealedPartView& p : record.sealed) {
    bytes += p.subject.size() + p.key_id.size() + p.nonce.size() + p.ciphertext.size() + 16;
  }
  return bytes;
}

absl::Status CheckText(const NamedText& text) {
  if (text.value.size() > text.bytes_max) return RefuseField(Reason::FIELD_INVALID, text.field, "is too long");
  if (!IsUtf8(text.value)) return RefuseField(Reason::TEXT_NOT_UTF8, text.field, "is not valid UTF-8");
  return absl::OkStatus();
}

absl::Status CheckAttributes(const RecordView& record) {
  const std::array texts = {
      NamedText{"actor", record.actor, kAttributeBytesMax},
      NamedText{"on_behalf_of", record.on_behalf_of, kAttributeBytesMax},
      NamedText{"correlation_id", record.correlation_id, kAttributeBytesMax},
      NamedText{"causation_id", record.causation_id, kAttributeBytesMax},
      NamedText{"type_name", record.type_name, kTypeNameBytesMax},
      NamedText{"content_type", record.content_type, kContentTypeBytesMax},
  };
  for (const NamedText& text : texts) {
    if (absl::Status status = CheckText(text); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckLists(const RecordView& record) {
  if (record.extensions.size() > kExtensionsMax) return RefuseField(Reason::FIELD_INVALID, "extensions", "are more than 32");
  if (record.sealed.size() > kSealedPartsMax) return RefuseField(Reason::FIELD_INVALID, "sealed", "are more than 32");
  for (const ExtensionView& extension : record.extensions) {
    if (extension.name.empty()) return RefuseField(Reason::FIELD_INVALID, "extensions", "have one without a name");
    for (const NamedText& text : {NamedText{"extensions", extension.name, kExtensionNameBytesMax},
                                  NamedText{"extensions", extension.value, kExtensionValueBytesMax}}) {
      if (absl::Status status = CheckText(text); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTime(Timestamp occurred_at, Timestamp recorded_at, std::chrono::microseconds tolerance) {
  if (occurred_at < kEarliestTimestamp || occurred_at > kLatestTimestamp) {
    return Refuse(Reason::OCCURRED_AT_OUT_OF_RANGE, "occurred_at lies outside the years 1 to 9999",
                  {{"field", "occurred_at"}, {"occurred_at_micros", std::to_string(occurred_at.micros)}});
  }
  // Both sides lie far within int64: the dates are at most 10^4 years from 1970.
  if (occurred_at.micros - recorded_at.micros > tolerance.count()) {
    return Refuse(Reason::OCCURRED_IN_FUTURE,
                  "occurred_at " + FormatTimestamp(occurred_at) + " lies after the time of recording " + FormatTimestamp(recorded_at),
                  {{"field", "occurred_at"}, {"occurred_at", FormatTimestamp(occurred_at)}, {"recorded_at", FormatTimestamp(recorded_at)}});
  }
  return absl::OkStatus();
}

}  // namespace

bool IsEventId(std::string_view id) { return IsPlainText(id, kEventIdBytesMax); }

absl::Status CheckSize(const RecordView& record) {
  const size_t bytes = BytesAtMost(record);
  if (record.payload.size() <= kPayloadBytesMax && bytes <= kRecordBytesMax) return absl::OkStatus();
  return Refuse(Reason::EVENT_TOO_LARGE, "the event takes " + std::to_string(bytes) + " bytes", {{"bytes", std::to_string(bytes)}});
}

std::vector<AdmissionRules> AdmissionLevels() { return {AdmissionRules{}}; }

absl::Status CheckLevelKnown(uint32_t level, size_t known) {
  if (level <= known) return absl::OkStatus();
  return Refuse(Reason::ADMISSION_LEVEL_NEWER,
                "records are admitted by level " + std::to_string(level) + ", and this version knows " + std::to_string(known),
                {{"level", std::to_string(level)}, {"known", std::to_string(known)}});
}

absl::Status CheckEnvelope(const RecordView& record, Timestamp recorded_at, const AdmissionRules& rules) {
  if (absl::Status status = CheckSize(record); !status.ok()) return status;
  if (absl::Status status = CheckIdentity(record); !status.ok()) return status;
  if (absl::Status status = CheckAttributes(record); !status.ok()) return status;
  if (absl::Status status = CheckLists(record); !status.ok()) return status;
  return CheckTime(record.occurred_at, recorded_at, rules.future_tolerance);
}

bool IsAccountId(std::string_view id) { return IsPlainText(id, kAccountIdBytesMax) && id.find('/') == std::string_view::npos; }

bool IsUtf8(std::string_view text) {
  return google::protobuf::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()));
}

}  // namespace guanxi::codec
