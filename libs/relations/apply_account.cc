#include "relations/applier.h"

namespace guanxi::relations {

void Applier::Apply(const AccountOpened& e) {
  if (core_.opened) return Report(AnomalyKind::ACCOUNT_ALREADY_OPENED, core_.id.value);
  core_.opened = true;
  core_.name = e.name;
  core_.account_type = e.account_type;
  core_.industry = e.industry;
  core_.ownership = e.ownership;
  core_.region = e.region;
  if (e.currency.empty() || e.currency == core_.currency) return;
  if (!core_.currency.empty()) return Report(AnomalyKind::ACCOUNT_CURRENCY_FIXED, e.currency.view());
  core_.currency = e.currency;
}

void Applier::Apply(const AccountChanged& e) {
  if (e.name) core_.name = *e.name;
  if (e.account_type) core_.account_type = *e.account_type;
  if (e.industry) core_.industry = *e.industry;
  if (e.ownership) core_.ownership = *e.ownership;
  if (e.region) core_.region = *e.region;
}

void Applier::Apply(const ExternalIdLinked& e) {
  const ExternalId id{e.system, e.external_id};
  if (std::find(core_.external_ids.begin(), core_.external_ids.end(), id) != core_.external_ids.end()) return;
  if (core_.external_ids.size() == kExternalIdsMax) return Report(AnomalyKind::EXTERNAL_IDS_TOO_MANY, e.external_id);
  core_.external_ids.push_back(id);
}

void Applier::Apply(const ExternalIdUnlinked& e) {
  if (std::erase(core_.external_ids, ExternalId{e.system, e.external_id}) == 0) Report(AnomalyKind::EXTERNAL_ID_NOT_LINKED, e.external_id);
}

void Applier::Apply(const GroupJoined& e) { core_.group_account_id = e.group_account_id; }

void Applier::Apply(const GroupLeft& e) {
  if (core_.group_account_id.empty() || core_.group_account_id != e.group_account_id)
    return Report(AnomalyKind::GROUP_NOT_JOINED, e.group_account_id);
  core_.group_account_id.clear();
}

void Applier::Apply(const OwnerAssigned& e) {
  core_.owner = e.owner;
  core_.owner_manager = e.manager;
  core_.owner_region = e.region;
  core_.owner_since = now();
}

void Applier::Apply(const KeyAccountDesignated& e) {
  core_.key_account_since = now();
  core_.key_account_reason = e.reason;
}

void Applier::Apply(const KeyAccountUndesignated&) {
  core_.key_account_since.reset();
  core_.key_account_reason.clear();
}

}  // namespace guanxi::relations
