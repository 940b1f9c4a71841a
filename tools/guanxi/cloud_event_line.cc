#include "tools/guanxi/cloud_event_line.h"

#include <string_view>

#include "base/reason.h"
#include "codec/cloudevents.h"
#include "codec/proto_time.h"
#include "relations/event_type.h"

namespace guanxi::cli {
namespace {

uint32_t ReasonNumber(std::string_view name) {
#define GUANXI_CLI_REASON(reason, number, code, cause, remedy) \
  if (name == #reason) return number;
  GUANXI_REASONS(GUANXI_CLI_REASON)
#undef GUANXI_CLI_REASON
  return 0;
}

std::string TypeOf(const google::protobuf::Any& data) { return data.type_url().substr(data.type_url().rfind('/') + 1); }

void SetType(const std::string& name, codec::Record& record) {
  const relations::EventType type = relations::EventTypeFromName(name);
  record.type = static_cast<uint16_t>(type);
  if (type == relations::EventType::kUnknown) record.type_name = name;
}

// What NewEvent and Event have in common.
template <class Message>
codec::Record RecordOf(const Message& event) {
  codec::Record record;
  record.id = event.id();
  record.source = event.source();
  record.account_id = event.account_id();
  record.occurred_at = codec::FromProto(event.occurred_at());
  record.actor = event.actor();
  record.on_behalf_of = event.on_behalf_of();
  record.correlation_id = event.correlation_id();
  record.causation_id = event.causation_id();
  for (const auto& extension : event.extensions()) record.extensions.push_back({extension.name(), extension.value()});
  if (event.has_raw()) {
    SetType(event.raw().type(), record);
    record.content_type = event.raw().content_type();
    record.payload = event.raw().data();
  } else {
    SetType(TypeOf(event.data()), record);
    record.payload = event.data().value();
  }
  return record;
}

}  // namespace

std::string CloudEventLine(const guanxi::v1::NewEvent& event) { return codec::CloudEventFromRecord(RecordOf(event)); }

std::string CloudEventLine(const guanxi::v1::Event& event) {
  codec::Record record = RecordOf(event);
  record.recorded_at = codec::FromProto(event.recorded_at());
  record.account_version = event.account_version();
  record.park_reason = ReasonNumber(event.parked_reason());
  return codec::CloudEventFromRecord(record);
}

}  // namespace guanxi::cli
