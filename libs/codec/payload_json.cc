#include "codec/payload_json.h"

#include <google/protobuf/util/json_util.h>

#include <memory>

#include "base/reason.h"
#include "codec/new_message.h"

namespace guanxi::codec {
namespace {

namespace pb = google::protobuf;

absl::Status Undecodable(relations::EventType type, std::string_view why) {
  const std::string name = relations::FullName(type);
  return Refuse(Reason::PAYLOAD_UNDECODABLE, "the data are no " + name + ": " + std::string(why), {{"type", name}});
}

}  // namespace

absl::StatusOr<std::string> PayloadToJson(relations::EventType type, std::string_view payload) {
  const std::unique_ptr<pb::Message> message = NewEventMessage(type);
  if (!message) return Undecodable(type, "no known type");
  if (!message->ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Undecodable(type, "not its bytes");
  std::string json;
  if (const auto status = pb::util::MessageToJsonString(*message, &json); !status.ok()) return Undecodable(type, status.ToString());
  return json;
}

absl::StatusOr<std::string> PayloadFromJson(relations::EventType type, std::string_view json) {
  const std::unique_ptr<pb::Message> message = NewEventMessage(type);
  if (!message) return Undecodable(type, "no known type");
  const auto status = pb::util::JsonStringToMessage(pb::StringPiece(json.data(), json.size()), message.get());
  if (!status.ok()) return Undecodable(type, status.ToString());
  return message->SerializeAsString();
}

}  // namespace guanxi::codec
