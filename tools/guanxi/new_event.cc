#include "tools/guanxi/new_event.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "codec/new_message.h"
#include "relations/event_type.h"

namespace guanxi::cli {
namespace {

std::string ReadAll(std::istream& in) { return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}; }

}  // namespace

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
  if (!parsed.ok()) return absl::InvalidArgumentError("--data is no " + type + ": " + parsed.ToString());
  event.mutable_data()->PackFrom(*message);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextArgument(const std::string& argument) {
  if (argument == "-") return ReadAll(std::cin);
  if (!argument.starts_with('@')) return argument;
  std::ifstream file(argument.substr(1), std::ios::binary);
  if (!file) return absl::InvalidArgumentError("cannot read " + argument.substr(1));
  return ReadAll(file);
}

}  // namespace guanxi::cli
