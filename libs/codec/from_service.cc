#include "codec/from_proto.h"

namespace guanxi::codec {

namespace pb = event::v1;

namespace {

// Least common multiple of the scales in use: a score x 2100 / scale is whole.
constexpr int32_t kScoreDenominator = 2100;

}  // namespace

relations::ComplaintFiled FromProto(const pb::ComplaintFiled& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id"),
          .category = check.Name(m.category(), "category"),
          .severity = check.Enum<relations::Severity>(m.severity(), pb::Severity_IsValid, "severity"),
          .level = check.Enum<relations::Level>(m.level(), pb::Level_IsValid, "level"),
          .text = check.Text(m.text(), "text")};
}

relations::ComplaintAcknowledged FromProto(const pb::ComplaintAcknowledged& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id")};
}

relations::ComplaintPaused FromProto(const pb::ComplaintPaused& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::ComplaintResumed FromProto(const pb::ComplaintResumed& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id")};
}

relations::ComplaintResolved FromProto(const pb::ComplaintResolved& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id"), .resolution = check.Text(m.resolution(), "resolution")};
}

relations::ComplaintReopened FromProto(const pb::ComplaintReopened& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::ComplaintClosed FromProto(const pb::ComplaintClosed& m, FieldCheck& check) {
  return {.complaint_id = check.Id(m.complaint_id(), "complaint_id")};
}

relations::SurveySent FromProto(const pb::SurveySent& m, FieldCheck& check) {
  return {.survey_id = check.Id(m.survey_id(), "survey_id"), .contact_id = check.Reference(m.contact_id(), "contact_id")};
}

relations::SurveyAnswered FromProto(const pb::SurveyAnswered& m, FieldCheck& check) {
  check.That(m.scale() > 0 && kScoreDenominator % m.scale() == 0, "scale", "does not divide 2100");
  check.That(m.score() >= 0 && m.score() <= m.scale(), "score", "is not in 0 .. scale");
  return {.survey_id = check.Id(m.survey_id(), "survey_id"),
          .contact_id = check.Reference(m.contact_id(), "contact_id"),
          .score = m.score(),
          .scale = m.scale()};
}

}  // namespace guanxi::codec
