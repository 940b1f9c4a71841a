// Internal to codec: a known event's payload as protobuf's JSON mapping.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "relations/event_type.h"

namespace guanxi::codec {

// PAYLOAD_UNDECODABLE when the type is not known, the bytes or the text are no
// message of it, or hold what JSON cannot say (a time outside the years 1-9999).
absl::StatusOr<std::string> PayloadToJson(relations::EventType type, std::string_view payload);
// Fields that the message does not have are refused, not dropped.
absl::StatusOr<std::string> PayloadFromJson(relations::EventType type, std::string_view json);

}  // namespace guanxi::codec
