#include "guanxid/new_event.h"

#include <algorithm>

#include "base/reason.h"
#include "codec/admission.h"
#include "privacy/sealing.h"
#include "relations/event_type.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

using relations::EventFamily;
using relations::EventType;

constexpr std::string_view kProtobufContentType = "application/protobuf";

// "type.googleapis.com/guanxi.event.v1.OrderPlaced" -> the part after the last '/'.
std::string TypeNameOf(const v1::NewEvent& event) {
  if (event.has_raw()) return event.raw().type();
  const std::string& url = event.data().type_url();
  return url.substr(url.rfind('/') + 1);
}

bool IsReserved(EventType type) { return relations::EntryOf(type).family == EventFamily::kControl || type == EventType::kReferralRecorded; }

absl::Status SetType(const v1::NewEvent& event, codec::Record& record) {
  const std::string name = TypeNameOf(event);
  if (name.empty()) return Refuse(Reason::EVENT_TYPE_MISSING, "the event has no data, or its data has no type");
  const EventType type = name.starts_with(relations::kEventTypePrefix) ? relations::EventTypeFromName(name) : EventType::kUnknown;
  if (IsReserved(type)) return Refuse(Reason::CONTROL_TYPE_RESERVED, name + " is written by the engine only", {{"type", name}});
  record.type = static_cast<uint16_t>(type);
  if (type == EventType::kUnknown) record.type_name = name;
  return absl::OkStatus();
}

// A known type travels as its message only: other encodings of it could carry
// personal fields past the seal.
absl::Status SetPayload(const v1::NewEvent& event, codec::Record& record) {
  if (event.has_data()) {
    record.payload = event.data().value();
    if (record.type == 0) record.content_type = kProtobufContentType;
    return absl::OkStatus();
  }
  record.payload = event.raw().data();
  record.content_type = event.raw().content_type();
  if (record.type == 0) return absl::OkStatus();
  if (!record.content_type.empty() && record.content_type != kProtobufContentType) {
    return Refuse(Reason::FIELD_INVALID, "data of a known type are protobuf", {{"field", "raw.content_type"}});
  }
  record.content_type.clear();
  return absl::OkStatus();
}

absl::Status SetTime(const v1::NewEvent& event, codec::Record& record) {
  if (!event.has_occurred_at()) return Refuse(Reason::OCCURRED_AT_MISSING, "the event does not say when it occurred");
  const std::optional<Timestamp> time = rpc::FromProto(event.occurred_at());
  if (!time) return Refuse(Reason::OCCURRED_AT_OUT_OF_RANGE, "occurred_at lies outside the years 1-9999");
  record.occurred_at = *time;
  return absl::OkStatus();
}

}  // namespace

absl::Status SealPersonalParts(codec::Record& record, privacy::KeyStore& keys) {
  if (record.type == 0) return absl::OkStatus();
  const std::string name = relations::FullName(EventType{record.type});
  const privacy::Binding binding{record.account_id, record.source, record.id, record.type};
  absl::StatusOr<std::optional<privacy::SealedPart>> sealed = privacy::SealPayload(name, binding, keys, record.payload);
  if (!sealed.ok()) return sealed.status();
  if (sealed->has_value()) {
    privacy::SealedPart& part = **sealed;
    record.sealed.push_back({std::move(part.subject), std::move(part.key_id), std::move(part.nonce), std::move(part.ciphertext)});
  }
  return absl::OkStatus();
}

uint64_t NewestKeyOf(const codec::Record& record, const privacy::KeyStore& keys) {
  uint64_t newest = 0;
  for (const codec::SealedPart& part : record.sealed)
    newest = std::max(newest, keys.NumberOf(privacy::HashOfSubject(record.account_id, part.subject)));
  return newest;
}

absl::StatusOr<codec::Record> RecordFrom(const v1::NewEvent& event, privacy::KeyStore& keys) {
  if (!codec::IsAccountId(event.account_id())) {
    return Refuse(Reason::ACCOUNT_ID_INVALID, "the account id is not 1-128 bytes of plain UTF-8", {{"field", "account_id"}});
  }
  codec::Record record;
  record.account_id = event.account_id();
  record.source = event.source();
  record.id = event.id();
  record.actor = event.actor();
  record.on_behalf_of = event.on_behalf_of();
  record.correlation_id = event.correlation_id();
  record.causation_id = event.causation_id();
  for (const v1::Extension& extension : event.extensions()) record.extensions.push_back({extension.name(), extension.value()});
  if (absl::Status type = SetType(event, record); !type.ok()) return type;
  if (absl::Status time = SetTime(event, record); !time.ok()) return time;
  if (absl::Status payload = SetPayload(event, record); !payload.ok()) return payload;
  if (absl::Status sealed = SealPersonalParts(record, keys); !sealed.ok()) return sealed;
  return record;
}

}  // namespace guanxi::service
