#include "codec/from_proto.h"

namespace guanxi::codec {
namespace {

namespace pb = event::v1;

constexpr size_t kSystemBytesMax = 64;

}  // namespace

relations::AccountOpened FromProto(const pb::AccountOpened& m, FieldCheck& check) {
  return {.name = check.Name(m.name(), "name"),
          .account_type = check.Enum<relations::AccountType>(m.account_type(), pb::AccountType_IsValid, "account_type"),
          .industry = check.Name(m.industry(), "industry"),
          .ownership = check.Enum<relations::Ownership>(m.ownership(), pb::Ownership_IsValid, "ownership"),
          .region = check.Name(m.region(), "region"),
          .currency = m.currency_code().empty() ? relations::CurrencyCode() : check.Currency(m.currency_code(), "currency_code")};
}

relations::AccountChanged FromProto(const pb::AccountChanged& m, FieldCheck& check) {
  relations::AccountChanged e;
  if (m.has_name()) e.name = check.Name(m.name(), "name");
  if (m.has_account_type()) e.account_type = check.Enum<relations::AccountType>(m.account_type(), pb::AccountType_IsValid, "account_type");
  if (m.has_industry()) e.industry = check.Name(m.industry(), "industry");
  if (m.has_ownership()) e.ownership = check.Enum<relations::Ownership>(m.ownership(), pb::Ownership_IsValid, "ownership");
  if (m.has_region()) e.region = check.Name(m.region(), "region");
  return e;
}

relations::ExternalIdLinked FromProto(const pb::ExternalIdLinked& m, FieldCheck& check) {
  return {.system = check.Id(m.system(), "system", kSystemBytesMax), .external_id = check.Id(m.external_id(), "external_id")};
}

relations::ExternalIdUnlinked FromProto(const pb::ExternalIdUnlinked& m, FieldCheck& check) {
  return {.system = check.Id(m.system(), "system", kSystemBytesMax), .external_id = check.Id(m.external_id(), "external_id")};
}

relations::GroupJoined FromProto(const pb::GroupJoined& m, FieldCheck& check) {
  return {.group_account_id = check.AccountReference(m.group_account_id(), "group_account_id")};
}

relations::GroupLeft FromProto(const pb::GroupLeft& m, FieldCheck& check) {
  return {.group_account_id = check.AccountReference(m.group_account_id(), "group_account_id")};
}

relations::OwnerAssigned FromProto(const pb::OwnerAssigned& m, FieldCheck& check) {
  return {.owner = check.Id(m.owner(), "owner"),
          .manager = check.Reference(m.manager(), "manager"),
          .region = check.Name(m.region(), "region")};
}

relations::KeyAccountDesignated FromProto(const pb::KeyAccountDesignated& m, FieldCheck& check) {
  return {.reason = check.Text(m.reason(), "reason")};
}

relations::KeyAccountUndesignated FromProto(const pb::KeyAccountUndesignated& m, FieldCheck& check) {
  return {.reason = check.Text(m.reason(), "reason")};
}

}  // namespace guanxi::codec
