#include "codec/from_proto.h"

namespace guanxi::codec {

namespace pb = event::v1;

relations::ReferralRequested FromProto(const pb::ReferralRequested& m, FieldCheck& check) {
  return {.referral_id = check.Id(m.referral_id(), "referral_id"), .contact_id = check.Reference(m.contact_id(), "contact_id")};
}

relations::ReferralReceived FromProto(const pb::ReferralReceived& m, FieldCheck& check) {
  return {.referral_id = check.Id(m.referral_id(), "referral_id"),
          .referred_account_id = check.AccountReference(m.referred_account_id(), "referred_account_id"),
          .referral_class = check.Enum<relations::ReferralClass>(m.referral_class(), pb::ReferralClass_IsValid, "referral_class")};
}

relations::ReferralRecorded FromProto(const pb::ReferralRecorded& m, FieldCheck& check) {
  return {.referral_id = check.Id(m.referral_id(), "referral_id"),
          .referring_account_id = check.AccountReference(m.referring_account_id(), "referring_account_id"),
          .referral_class = check.Enum<relations::ReferralClass>(m.referral_class(), pb::ReferralClass_IsValid, "referral_class")};
}

relations::TierDeclared FromProto(const pb::TierDeclared& m, FieldCheck& check) {
  return {.tier = check.StatedEnum<relations::Tier>(m.tier(), pb::Tier_IsValid, "tier"),
          .target_tier = check.Enum<relations::Tier>(m.target_tier(), pb::Tier_IsValid, "target_tier"),
          .target_by = check.OptionalTime(m.has_target_by(), m.target_by(), "target_by"),
          .plan = check.Text(m.plan(), "plan")};
}

relations::TierOverridden FromProto(const pb::TierOverridden& m, FieldCheck& check) {
  relations::TierOverridden e{.tier = check.StatedEnum<relations::Tier>(m.tier(), pb::Tier_IsValid, "tier"),
                              .reason = check.Text(m.reason(), "reason"),
                              .expires_at = check.Time(m.has_expires_at(), m.expires_at(), "expires_at")};
  check.That(!e.reason.empty(), "reason", "is missing");
  check.That(!check.record().actor.empty(), "actor", "is missing: an override names its author");
  check.That(e.expires_at > check.occurred_at(), "expires_at", "is not after the event's occurred_at");
  return e;
}

relations::TierOverrideWithdrawn FromProto(const pb::TierOverrideWithdrawn& m, FieldCheck& check) {
  return {.reason = check.Text(m.reason(), "reason")};
}

}  // namespace guanxi::codec
