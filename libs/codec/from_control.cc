#include "codec/from_proto.h"

namespace guanxi::codec {

namespace pb = event::v1;

relations::ClockAdvanced FromProto(const pb::ClockAdvanced& m, FieldCheck& check) { return {.to = check.Time(m.has_to(), m.to(), "to")}; }

relations::PolicyAdopted FromProto(const pb::PolicyAdopted& m, FieldCheck& check) {
  check.That(m.version() >= 1, "version", "is not at least 1");
  check.That(m.control_epoch() >= 1, "control_epoch", "is not at least 1");
  return {.policy_name = check.Id(m.policy_name(), "policy_name"),
          .version = m.version(),
          .definition = m.definition(),
          .effective_at = check.Time(m.has_effective_at(), m.effective_at(), "effective_at"),
          .control_epoch = m.control_epoch()};
}

relations::ParkedRepaired FromProto(const pb::ParkedRepaired& m, FieldCheck& check) {
  return {.parked_position = Position(m.parked_position()), .reason = check.Text(m.reason(), "reason")};
}

relations::ParkedDismissed FromProto(const pb::ParkedDismissed& m, FieldCheck& check) {
  return {.parked_position = Position(m.parked_position()), .reason = check.Text(m.reason(), "reason")};
}

relations::AdmissionRaised FromProto(const pb::AdmissionRaised& m, FieldCheck& check) {
  check.That(m.level() >= 1, "level", "is not at least 1");
  return {.level = m.level()};
}

}  // namespace guanxi::codec
