#include "codec/from_proto.h"

namespace guanxi::codec {

namespace pb = event::v1;

relations::OpportunityOpened FromProto(const pb::OpportunityOpened& m, FieldCheck& check) {
  return {.opportunity_id = check.Id(m.opportunity_id(), "opportunity_id"),
          .kind = check.Enum<relations::OpportunityKind>(m.kind(), pb::OpportunityKind_IsValid, "kind"),
          .name = check.Name(m.name(), "name"),
          .business_line = check.Name(m.business_line(), "business_line"),
          .expected_amount = check.OptionalAmount(m.has_expected_amount(), m.expected_amount(), "expected_amount"),
          .initiation = check.Enum<relations::Initiation>(m.initiation(), pb::Initiation_IsValid, "initiation"),
          .stage = check.Enum<relations::ProcurementStage>(m.stage(), pb::ProcurementStage_IsValid, "stage"),
          .expected_close_at = check.OptionalTime(m.has_expected_close_at(), m.expected_close_at(), "expected_close_at"),
          .owner = check.Reference(m.owner(), "owner")};
}

relations::OpportunityStageChanged FromProto(const pb::OpportunityStageChanged& m, FieldCheck& check) {
  return {.opportunity_id = check.Id(m.opportunity_id(), "opportunity_id"),
          .stage = check.StatedEnum<relations::ProcurementStage>(m.stage(), pb::ProcurementStage_IsValid, "stage"),
          .reason = check.Text(m.reason(), "reason")};
}

relations::OpportunityWon FromProto(const pb::OpportunityWon& m, FieldCheck& check) {
  return {.opportunity_id = check.Id(m.opportunity_id(), "opportunity_id"),
          .amount = check.OptionalAmount(m.has_amount(), m.amount(), "amount")};
}

relations::OpportunityLost FromProto(const pb::OpportunityLost& m, FieldCheck& check) {
  return {.opportunity_id = check.Id(m.opportunity_id(), "opportunity_id"),
          .reason = check.Text(m.reason(), "reason"),
          .competitor = check.Name(m.competitor(), "competitor")};
}

relations::OpportunityAbandoned FromProto(const pb::OpportunityAbandoned& m, FieldCheck& check) {
  return {.opportunity_id = check.Id(m.opportunity_id(), "opportunity_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::JointProjectStarted FromProto(const pb::JointProjectStarted& m, FieldCheck& check) {
  return {.project_id = check.Id(m.project_id(), "project_id"),
          .name = check.Name(m.name(), "name"),
          .business_line = check.Name(m.business_line(), "business_line")};
}

relations::JointProjectEnded FromProto(const pb::JointProjectEnded& m, FieldCheck& check) {
  return {.project_id = check.Id(m.project_id(), "project_id"), .outcome = check.Text(m.outcome(), "outcome")};
}

relations::TrialStarted FromProto(const pb::TrialStarted& m, FieldCheck& check) {
  return {.trial_id = check.Id(m.trial_id(), "trial_id"),
          .product = check.Name(m.product(), "product"),
          .business_line = check.Name(m.business_line(), "business_line")};
}

relations::TrialEnded FromProto(const pb::TrialEnded& m, FieldCheck& check) {
  return {.trial_id = check.Id(m.trial_id(), "trial_id"), .outcome = check.Text(m.outcome(), "outcome")};
}

relations::TenderAnnounced FromProto(const pb::TenderAnnounced& m, FieldCheck& check) {
  return {.tender_id = check.Id(m.tender_id(), "tender_id"),
          .opportunity_id = check.Reference(m.opportunity_id(), "opportunity_id"),
          .closes_at = check.OptionalTime(m.has_closes_at(), m.closes_at(), "closes_at")};
}

relations::BidInvited FromProto(const pb::BidInvited& m, FieldCheck& check) {
  return {.bid_id = check.Id(m.bid_id(), "bid_id"),
          .tender_id = check.Reference(m.tender_id(), "tender_id"),
          .opportunity_id = check.Reference(m.opportunity_id(), "opportunity_id")};
}

relations::BidSubmitted FromProto(const pb::BidSubmitted& m, FieldCheck& check) {
  return {.bid_id = check.Id(m.bid_id(), "bid_id"),
          .tender_id = check.Reference(m.tender_id(), "tender_id"),
          .opportunity_id = check.Reference(m.opportunity_id(), "opportunity_id"),
          .amount = check.OptionalAmount(m.has_amount(), m.amount(), "amount")};
}

relations::BidWon FromProto(const pb::BidWon& m, FieldCheck& check) {
  return {.bid_id = check.Id(m.bid_id(), "bid_id"), .amount = check.OptionalAmount(m.has_amount(), m.amount(), "amount")};
}

relations::BidLost FromProto(const pb::BidLost& m, FieldCheck& check) {
  return {.bid_id = check.Id(m.bid_id(), "bid_id"),
          .reason = check.Text(m.reason(), "reason"),
          .competitor = check.Name(m.competitor(), "competitor")};
}

relations::BidWithdrawn FromProto(const pb::BidWithdrawn& m, FieldCheck& check) {
  return {.bid_id = check.Id(m.bid_id(), "bid_id"), .reason = check.Text(m.reason(), "reason")};
}

}  // namespace guanxi::codec
