#include "codec/from_proto.h"
#include "codec/sealed_personal.h"

namespace guanxi::codec {
namespace {

namespace pb = event::v1;

// Personal fields reach the log sealed or not at all; a part is of the very person the event is about.
std::string SealedPersonalOf(const std::string& contact_id, FieldCheck& check) {
  const RecordView& record = check.record();
  if (record.sealed.empty()) return {};
  const SealedPartView& part = record.sealed[0];
  check.That(record.sealed.size() == 1 && part.subject == contact_id && IsWellFormed(part), "sealed", "is not one part of this contact");
  return EncodeSealedPersonal({record.type, record.source, record.id, part});
}

constexpr std::string_view kNotSealed = "is personal and must be sealed before it reaches the log";

}  // namespace

relations::ContactAdded FromProto(const pb::ContactAdded& m, FieldCheck& check) {
  check.That(m.name().empty(), "name", kNotSealed);
  check.That(m.facts().empty(), "facts", kNotSealed);
  return {.contact_id = check.Id(m.contact_id(), "contact_id"),
          .sealed_personal = SealedPersonalOf(m.contact_id(), check),
          .department = check.Name(m.department(), "department"),
          .level = check.Enum<relations::Level>(m.level(), pb::Level_IsValid, "level"),
          .role = check.Enum<relations::CommitteeRole>(m.role(), pb::CommitteeRole_IsValid, "role"),
          .stance = check.Enum<relations::Stance>(m.stance(), pb::Stance_IsValid, "stance")};
}

relations::ContactChanged FromProto(const pb::ContactChanged& m, FieldCheck& check) {
  check.That(!m.has_name(), "name", kNotSealed);
  check.That(m.facts().empty(), "facts", kNotSealed);
  relations::ContactChanged e;
  e.contact_id = check.Id(m.contact_id(), "contact_id");
  e.sealed_personal = SealedPersonalOf(m.contact_id(), check);
  if (m.has_department()) e.department = check.Name(m.department(), "department");
  if (m.has_level()) e.level = check.Enum<relations::Level>(m.level(), pb::Level_IsValid, "level");
  if (m.has_role()) e.role = check.Enum<relations::CommitteeRole>(m.role(), pb::CommitteeRole_IsValid, "role");
  if (m.has_stance()) e.stance = check.Enum<relations::Stance>(m.stance(), pb::Stance_IsValid, "stance");
  return e;
}

relations::ContactRemoved FromProto(const pb::ContactRemoved& m, FieldCheck& check) {
  return {.contact_id = check.Id(m.contact_id(), "contact_id"), .reason = check.Text(m.reason(), "reason")};
}

}  // namespace guanxi::codec
