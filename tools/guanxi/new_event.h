// The event that the arguments of `events append` describe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::cli {

// Data of a known type ("OrderPlaced" or its full name) as JSON; any other type
// is kept as raw JSON. Misused (refusal.h) when the JSON is not of the type.
absl::Status SetPayload(const std::string& type, const std::string& json, guanxi::v1::NewEvent& event);

// "-": all of stdin; "@FILE": the file (Misused when it cannot be read); else the text itself.
absl::StatusOr<std::string> TextArgument(const std::string& argument);

}  // namespace guanxi::cli
