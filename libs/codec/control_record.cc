#include "codec/control_record.h"

#include <fmt/format.h>

#include "codec/proto_time.h"
#include "guanxi/event/v1/control.pb.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

using relations::EventType;

Record Control(EventType type, std::string id, Timestamp occurred_at, std::string_view actor, std::string payload) {
  Record record;
  record.type = static_cast<uint16_t>(type);
  record.source = kControlSource;
  record.id = std::move(id);
  record.occurred_at = occurred_at;
  record.actor = actor;
  record.payload = std::move(payload);
  return record;
}

}  // namespace

Record MakeClockAdvanced(Timestamp to, Timestamp occurred_at, std::string_view actor) {
  event::v1::ClockAdvanced payload;
  *payload.mutable_to() = ToProto(to);
  return Control(EventType::kClockAdvanced, fmt::format("clock/{}", to.micros), occurred_at, actor, payload.SerializeAsString());
}

std::string EncodePolicyAdopted(const relations::PolicyAdopted& adopted) {
  event::v1::PolicyAdopted payload;
  payload.set_policy_name(adopted.policy_name);
  payload.set_version(adopted.version);
  payload.set_definition(adopted.definition);
  *payload.mutable_effective_at() = ToProto(adopted.effective_at);
  payload.set_control_epoch(adopted.control_epoch);
  return payload.SerializeAsString();
}

Record MakePolicyAdopted(const relations::PolicyAdopted& adopted, Timestamp occurred_at, std::string_view actor) {
  return Control(EventType::kPolicyAdopted, fmt::format("policy/{}", adopted.control_epoch), occurred_at, actor,
                 EncodePolicyAdopted(adopted));
}

Record MakeParkedRepaired(Position parked, std::string_view reason, Timestamp occurred_at, std::string_view actor) {
  event::v1::ParkedRepaired payload;
  payload.set_parked_position(parked.value);
  payload.set_reason(std::string(reason));
  return Control(EventType::kParkedRepaired, fmt::format("repair/{}", parked.value), occurred_at, actor, payload.SerializeAsString());
}

Record MakeParkedDismissed(Position parked, std::string_view reason, Timestamp occurred_at, std::string_view actor) {
  event::v1::ParkedDismissed payload;
  payload.set_parked_position(parked.value);
  payload.set_reason(std::string(reason));
  return Control(EventType::kParkedDismissed, fmt::format("dismiss/{}", parked.value), occurred_at, actor, payload.SerializeAsString());
}

Record MakeAdmissionRaised(uint32_t level, Timestamp occurred_at, std::string_view actor) {
  event::v1::AdmissionRaised payload;
  payload.set_level(level);
  return Control(EventType::kAdmissionRaised, fmt::format("admission/{}", level), occurred_at, actor, payload.SerializeAsString());
}

std::optional<uint32_t> RaisedAdmission(const RecordView& record) {
  if (record.type != static_cast<uint16_t>(EventType::kAdmissionRaised)) return std::nullopt;
  event::v1::AdmissionRaised payload;
  if (!payload.ParseFromArray(record.payload.data(), static_cast<int>(record.payload.size()))) return std::nullopt;
  return payload.level();
}

}  // namespace guanxi::codec
