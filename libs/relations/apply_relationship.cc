#include "relations/applier.h"

namespace guanxi::relations {

void Applier::Apply(const ReferralRequested& e) {
  if (!IsNew<Referral>(e.referral_id, AnomalyKind::REFERRAL_ALREADY_REQUESTED)) return;
  children_.Put(e.referral_id, Referral{.contact_id = e.contact_id, .requested_at = now(), .position = position()});
}

void Applier::Apply(const ReferralReceived& e) {
  if (e.referred_account_id == core_.id.value) return Report(AnomalyKind::REFERRAL_TO_ITSELF, e.referral_id);
  const Referral* known = children_.Find<Referral>(e.referral_id);
  if (known && known->received_at) return Report(AnomalyKind::REFERRAL_ALREADY_RECEIVED, e.referral_id);
  Referral referral = known ? *known : Referral{};
  referral.referred_account_id = e.referred_account_id;
  referral.referral_class = e.referral_class;
  referral.received_at = now();
  referral.position = position();
  children_.Put(e.referral_id, std::move(referral));
  ++core_.counts.referrals_received;
  transition_.outbox.push_back({.to = AccountId(e.referred_account_id),
                                .origin = position(),
                                .occurred_at = now(),
                                .body = ReferralRecorded{e.referral_id, core_.id.value, e.referral_class}});
}

void Applier::Apply(const ReferralRecorded& e) {
  if (core_.referred_by) return Report(AnomalyKind::REFERRAL_ALREADY_RECORDED, e.referral_id);
  core_.referred_by = ReferredBy{e.referring_account_id, e.referral_id, e.referral_class, position()};
}

void Applier::Apply(const TierDeclared& e) { core_.declared = DeclaredTier{e.tier, e.target_tier, e.target_by, e.plan, now(), position()}; }

void Applier::Apply(const TierOverridden& e) { core_.tier_override = TierOverride{e.tier, e.reason, now(), e.expires_at, position()}; }

void Applier::Apply(const TierOverrideWithdrawn&) { core_.tier_override.reset(); }

}  // namespace guanxi::relations
