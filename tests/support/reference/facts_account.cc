// Account, contacts, visits and minutes, referrals, the operator's records.
#include "support/reference/applier.h"

namespace guanxi::reference {

void Applier::NoteCurrency(const std::string& code) {
  if (code.empty()) return;
  if (f.currency.empty()) f.currency = code;
  if (f.currency != code) Anomaly("FOREIGN_CURRENCY");
}

void Applier::NoteAmount(bool present, const v1::Money& amount) {
  if (present) NoteCurrency(amount.currency_code());
}

void Applier::On(const v1::AccountOpened& e) {
  if (f.opened) return Anomaly("ACCOUNT_ALREADY_OPENED");
  f.opened = true;
  f.account = {e.name(), e.account_type(), e.industry(), e.ownership(), e.region()};
  if (f.currency.empty()) f.currency = e.currency_code();
  if (!e.currency_code().empty() && f.currency != e.currency_code()) Anomaly("ACCOUNT_CURRENCY_FIXED");
}

void Applier::On(const v1::AccountChanged& e) {
  if (e.has_name()) f.account.name = e.name();
  if (e.has_account_type()) f.account.account_type = e.account_type();
  if (e.has_industry()) f.account.industry = e.industry();
  if (e.has_ownership()) f.account.ownership = e.ownership();
  if (e.has_region()) f.account.region = e.region();
}

void Applier::On(const v1::ExternalIdLinked& e) { f.external_ids.insert({e.system(), e.external_id()}); }

void Applier::On(const v1::ExternalIdUnlinked& e) {
  if (f.external_ids.erase({e.system(), e.external_id()}) == 0) Anomaly("EXTERNAL_ID_NOT_LINKED");
}

void Applier::On(const v1::GroupJoined& e) { f.group = e.group_account_id(); }

void Applier::On(const v1::GroupLeft& e) {
  if (f.group != e.group_account_id()) return Anomaly("GROUP_NOT_JOINED");
  f.group.clear();
}

void Applier::On(const v1::OwnerAssigned& e) { f.owner = Owner{e.owner(), e.manager(), e.region()}; }
void Applier::On(const v1::KeyAccountDesignated&) { f.key_account = true; }
void Applier::On(const v1::KeyAccountUndesignated&) { f.key_account = false; }

// A contact that was removed is unknown until it is added again.
Contact* Applier::PresentContact(const std::string& id) {
  const auto known = f.contacts.find(id);
  return known == f.contacts.end() || !known->second.present ? nullptr : &known->second;
}

void Applier::On(const v1::ContactAdded& e) {
  if (PresentContact(e.contact_id())) Anomaly("CONTACT_ALREADY_ADDED");
  f.contacts[e.contact_id()] = Contact{e.department(), e.level(), e.role(), e.stance(), true};
}

void Applier::On(const v1::ContactChanged& e) {
  Contact* contact = PresentContact(e.contact_id());
  if (contact == nullptr) return Anomaly("CONTACT_UNKNOWN");
  if (e.has_department()) contact->department = e.department();
  if (e.has_level()) contact->level = e.level();
  if (e.has_role()) contact->role = e.role();
  if (e.has_stance()) contact->stance = e.stance();
}

void Applier::On(const v1::ContactRemoved& e) {
  Contact* contact = PresentContact(e.contact_id());
  if (contact == nullptr) return Anomaly("CONTACT_UNKNOWN");
  contact->present = false;
}

Met Applier::Resolve(const v1::CustomerParticipant& participant) {
  Met met{participant.department(), participant.level(), participant.role()};
  const Contact* contact = PresentContact(participant.contact_id());
  if (contact == nullptr) {
    if (!participant.contact_id().empty() && met.level == v1::LEVEL_UNSPECIFIED) Anomaly("CONTACT_UNKNOWN");
    return met;
  }
  if (met.department.empty()) met.department = contact->department;
  if (met.level == v1::LEVEL_UNSPECIFIED) met.level = contact->level;
  if (met.role == v1::COMMITTEE_ROLE_UNSPECIFIED) met.role = contact->role;
  return met;
}

void Applier::On(const v1::VisitHeld& e) {
  for (const Visit& visit : f.visits) {
    if (visit.id == e.visit_id()) return Anomaly("VISIT_ALREADY_HELD");
  }
  const bool later = !f.visits.empty();
  if (later && e.first()) Anomaly("VISIT_NOT_FIRST");
  if (later && e.review_of().empty()) Anomaly("VISIT_REVIEW_MISSING");
  if (!e.review_of().empty() && (!later || f.visits.back().id != e.review_of())) Anomaly("VISIT_REVIEW_NOT_PREVIOUS");
  Visit visit{e.visit_id(), at, {}, false};
  for (const auto& customer : e.customers()) visit.met.push_back(Resolve(customer));
  for (const auto& our : e.ours()) visit.executive_of_ours |= our.level() == v1::LEVEL_EXECUTIVE;
  f.visits.push_back(visit);
}

void Applier::On(const v1::MinutesRecorded& e) {
  if (!f.minutes.insert(e.minutes_id()).second) return Anomaly("MINUTES_ALREADY_RECORDED");
  for (const auto& item : e.action_items()) {
    ActionItem added;
    if (item.has_due_at()) added.due = FromProto(item.due_at());
    if (!f.action_items.insert({item.item_id(), added}).second) Anomaly("ACTION_ITEM_ALREADY_RECORDED");
  }
}

void Applier::EndActionItem(const std::string& id) {
  const auto known = f.action_items.find(id);
  if (known == f.action_items.end()) return Anomaly("ACTION_ITEM_UNKNOWN");
  if (!known->second.open) return Anomaly("ACTION_ITEM_ALREADY_ENDED");
  known->second.open = false;
}

void Applier::On(const v1::ActionItemDone& e) { EndActionItem(e.item_id()); }
void Applier::On(const v1::ActionItemDropped& e) { EndActionItem(e.item_id()); }

void Applier::On(const v1::ReferralRequested& e) {
  if (f.referrals_received.contains(e.referral_id()) || !f.referrals_requested.insert(e.referral_id()).second)
    Anomaly("REFERRAL_ALREADY_REQUESTED");
}

void Applier::On(const v1::ReferralReceived& e) {
  if (e.referred_account_id() == account_id_) return Anomaly("REFERRAL_TO_ITSELF");
  if (!f.referrals_received.insert(e.referral_id()).second) Anomaly("REFERRAL_ALREADY_RECEIVED");
}

void Applier::On(const v1::ReferralRecorded& e) {
  if (f.referred_by) return Anomaly("REFERRAL_ALREADY_RECORDED");
  f.referred_by = e.referring_account_id();
}

void Applier::On(const v1::TierDeclared& e) {
  f.declared = e.tier();
  f.declared_target = e.target_tier();
}

void Applier::On(const v1::TierOverridden& e) { f.override_ = Override{e.tier(), at, FromProto(e.expires_at()), false}; }

void Applier::On(const v1::TierOverrideWithdrawn&) {
  if (f.override_) f.override_->withdrawn = true;
}

}  // namespace guanxi::reference
