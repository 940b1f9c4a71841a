#include "codec/from_proto.h"

namespace guanxi::codec {
namespace {

namespace pb = event::v1;

relations::CustomerParticipant FromProto(const pb::CustomerParticipant& m, FieldCheck& check) {
  return {.contact_id = check.Reference(m.contact_id(), "contact_id"),
          .level = check.Enum<relations::Level>(m.level(), pb::Level_IsValid, "level"),
          .department = check.Name(m.department(), "department"),
          .role = check.Enum<relations::CommitteeRole>(m.role(), pb::CommitteeRole_IsValid, "role")};
}

relations::OurParticipant FromProto(const pb::OurParticipant& m, FieldCheck& check) {
  return {.employee = check.Reference(m.employee(), "employee"),
          .level = check.Enum<relations::Level>(m.level(), pb::Level_IsValid, "level")};
}

relations::ActionItem FromProto(const pb::ActionItem& m, FieldCheck& check) {
  return {.item_id = check.Id(m.item_id(), "item_id"),
          .text = check.Text(m.text(), "text"),
          .owner = check.Reference(m.owner(), "owner"),
          .due_at = check.OptionalTime(m.has_due_at(), m.due_at(), "due_at")};
}

template <class To, class Messages>
std::vector<To> ListFromProto(const Messages& messages, const char* list, FieldCheck& check) {
  std::vector<To> values;
  values.reserve(messages.size());
  for (const auto& message : messages) {
    check.Enter(list, static_cast<int>(values.size()));
    values.push_back(FromProto(message, check));
  }
  check.Leave();
  return values;
}

}  // namespace

relations::VisitHeld FromProto(const pb::VisitHeld& m, FieldCheck& check) {
  check.That(m.planned_minutes() >= 0, "planned_minutes", "is negative");
  check.That(m.actual_minutes() >= 0, "actual_minutes", "is negative");
  return {.visit_id = check.Id(m.visit_id(), "visit_id"),
          .kind = check.Enum<relations::VisitKind>(m.kind(), pb::VisitKind_IsValid, "kind"),
          .customers = ListFromProto<relations::CustomerParticipant>(m.customers(), "customers", check),
          .ours = ListFromProto<relations::OurParticipant>(m.ours(), "ours", check),
          .first = m.first(),
          .review_of = check.Reference(m.review_of(), "review_of"),
          .purpose = check.Text(m.purpose(), "purpose"),
          .planned_minutes = m.planned_minutes(),
          .actual_minutes = m.actual_minutes()};
}

relations::MinutesRecorded FromProto(const pb::MinutesRecorded& m, FieldCheck& check) {
  return {.minutes_id = check.Id(m.minutes_id(), "minutes_id"),
          .visit_id = check.Reference(m.visit_id(), "visit_id"),
          .action_items = ListFromProto<relations::ActionItem>(m.action_items(), "action_items", check)};
}

relations::ActionItemDone FromProto(const pb::ActionItemDone& m, FieldCheck& check) {
  return {.item_id = check.Id(m.item_id(), "item_id")};
}

relations::ActionItemDropped FromProto(const pb::ActionItemDropped& m, FieldCheck& check) {
  return {.item_id = check.Id(m.item_id(), "item_id"), .reason = check.Text(m.reason(), "reason")};
}

}  // namespace guanxi::codec
