#include "tools/guanxi/new_event.h"

#include <google/protobuf/util/json_util.h>

#include <iostream>
#include <iterator>

#include "codec/new_message.h"
#include "relations/event_type.h"
#include "tools/guanxi/input_file.h"
#include "tools/guanxi/refusal.h"

namespace guanxi::cli {

absl::Status SetPayload(const std::string& type, const std::string& json, guanxi::v1::NewEvent& event) {
  const relations::EventType known = relations::EventTypeFromName(type);
  if (known == relations::EventType::kUnknown) {
    event.mutable_raw()->set_type(type);
    event.mutable_raw()->set_content_type("application/json");
    event.mutable_raw()->set_data(json);
    return absl::OkStatus();
  }
  const auto message = codec::NewEventMessage(known);
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, message.get());
  if (!parsed.ok()) {
    return Misused("--data is no " + type + " in JSON: " + parsed.ToString(),
                   "Write the fields as proto/guanxi/event/v1 names them; `guanxi events append --help` has an example.");
  }
  event.mutable_data()->PackFrom(*message);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextArgument(const std::string& argument) {
  if (argument == "-") return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  if (!argument.starts_with('@')) return argument;
  return FileText("what @ names", argument.substr(1));
}

}  // namespace guanxi::cli
