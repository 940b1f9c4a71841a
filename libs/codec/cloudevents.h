// One record as one CloudEvents 1.0 event in JSON (structured mode), and back:
// export, import, the Kafka ingress of JSON producers.
//
//   attribute              record
//   specversion            "1.0"
//   id, source             id, source
//   type                   "guanxi.event.v1.OrderPlaced" = the type's number; any other name is kept as
//                          type_name of an unknown type
//   partitionkey, subject  account id. Read: partitionkey, else subject; a subject that differs from
//                          partitionkey is kept as an extension. Written: both.
//   time, recordedtime     occurred_at, recorded_at (RFC 3339; finer than a microsecond is cut off)
//   actor, onbehalfof, correlationid, causationid
//   datacontenttype        content_type; JSON of a known type becomes protobuf, content_type empty
//   data                   known type: protobuf's JSON mapping of its message. Unknown type: JSON, kept as text
//   data_base64            the payload's bytes
//   guanxiversion          account_version, decimal
//   guanxiparked           name of the park reason; such an event's data are not converted
//   guanxisealed           base64 of the sealed parts, as in docs/formats/record.md
//   guanxirecord           base64 of the whole stored record; everything else is then for the reader's eye
//   any other              extension, in the order given; numbers and booleans become their JSON text
//
// Pure; safe from any thread. Boost and protobuf exceptions stop here.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "codec/record.h"

namespace guanxi::codec {

inline constexpr size_t kCloudEventBytesMax = size_t{4} << 20;

// The record that a JSON text says. It is not admitted yet: the envelope is
// CheckEnvelope's, the payload EventDecoder's business, and who takes it from a
// producer decides itself about recorded_at, account_version and parking.
// Refusals:
//   EVENT_TOO_LARGE      more than kCloudEventBytesMax
//   PAYLOAD_UNDECODABLE  no JSON object, or `data` is no JSON of the type's message
//   FIELD_INVALID        an attribute is given twice, has a wrong JSON type or form; metadata `field`
//   EVENT_ID_INVALID, EVENT_TYPE_MISSING, OCCURRED_AT_MISSING   the attribute is missing
absl::StatusOr<Record> RecordFromCloudEvent(std::string_view json);

// One line, without a newline. RecordFromCloudEvent of it gives the same record,
// always: what the attributes above cannot say byte for byte goes into
// data_base64, and what even that cannot (parked records with broken texts)
// into guanxirecord. Costs a parse of what it wrote, to be sure.
std::string CloudEventFromRecord(const Record& record);

}  // namespace guanxi::codec
