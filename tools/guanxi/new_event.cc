#include "tools/guanxi/new_event.h"

#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "codec/new_message.h"
#include "relations/event_type.h"
#include "tools/guanxi/refusal.h"

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
  if (!parsed.ok()) {
    return Misused("--data is no " + type + " in JSON: " + parsed.ToString(),
                   "Write the fields as proto/guanxi/event/v1 names them; `guanxi events append --help` has an example.");
  }
  event.mutable_data()->PackFrom(*message);
  return absl::OkStatus();
}

absl::StatusOr<std::string> FileText(const std::string& option, const std::string& path) {
  const auto cannot = [&](const std::string& why) {
    return Misused(option + ": cannot read " + path + ": " + why, "Check the path, and that this user may read the file.");
  };
  // It opens, and throws when it is read.
  if (std::error_code error; std::filesystem::is_directory(path, error)) return cannot("it is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot(std::strerror(errno));
  return ReadAll(file);
}

absl::StatusOr<std::string> TextArgument(const std::string& argument) {
  if (argument == "-") return ReadAll(std::cin);
  if (!argument.starts_with('@')) return argument;
  return FileText("what @ names", argument.substr(1));
}

}  // namespace guanxi::cli
