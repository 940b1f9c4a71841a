#include "relations/applier.h"
#include "relations/name_table.h"

namespace guanxi::relations {
namespace {

int32_t FullMonths(Timestamp from, Timestamp to, BusinessCalendar calendar) {
  const int32_t guess = calendar.MonthOf(to).index - calendar.MonthOf(from).index;
  return calendar.AddMonths(from, guess) <= to ? guess : guess - 1;
}

bool EndsBefore(const ContractSpan& a, const ContractSpan& b) {
  return a.ends_at != b.ends_at ? a.ends_at < b.ends_at : a.contract_id < b.contract_id;
}

}  // namespace

// Makes the core's span of the contract what the contract now says.
void Applier::UpsertSpan(std::string_view id, const Contract& contract) {
  std::erase_if(core_.contracts, [&](const ContractSpan& c) { return c.contract_id == id; });
  if (contract.ends_at <= calendar().StartOf(first_month())) return;
  ContractSpan span{.contract_id = std::string(id),
                    .starts_at = contract.starts_at,
                    .ends_at = contract.ends_at,
                    .full_months = FullMonths(contract.starts_at, contract.ends_at, calendar()),
                    .position = position()};
  for (const std::string& line : contract.business_lines) AddName(core_.lines, span.lines, line);
  core_.contracts.insert(std::upper_bound(core_.contracts.begin(), core_.contracts.end(), span, EndsBefore), std::move(span));
  if (core_.contracts.size() > kContractSpansMax) core_.contracts.erase(core_.contracts.begin());
}

void Applier::Apply(const ContractSigned& e) {
  if (!IsNew<Contract>(e.contract_id, AnomalyKind::CONTRACT_ALREADY_SIGNED)) return;
  if (e.ends_at <= e.starts_at) return Report(AnomalyKind::CONTRACT_END_BEFORE_START, e.contract_id);
  if (e.value) IsHomeCurrency(e.value->currency, e.contract_id);
  Contract contract{.starts_at = e.starts_at,
                    .ends_at = e.ends_at,
                    .value = e.value,
                    .opportunity_id = e.opportunity_id,
                    .signed_at = now(),
                    .position = position()};
  for (const std::string& line : e.business_lines)
    if (contract.business_lines.size() < kNamesPerSetMax && !line.empty()) contract.business_lines.push_back(line);
  FirstTrade();
  ++core_.counts.contracts;
  UpsertSpan(e.contract_id, children_.Put(e.contract_id, std::move(contract)));
}

void Applier::Apply(const ContractAmended& e) {
  const Contract* known = children_.Find<Contract>(e.contract_id);
  if (!known) return Report(AnomalyKind::CONTRACT_UNKNOWN, e.contract_id);
  if (e.ends_at && *e.ends_at <= known->starts_at) return Report(AnomalyKind::CONTRACT_END_BEFORE_START, e.contract_id);
  Contract& contract = *children_.Edit<Contract>(e.contract_id);
  if (e.value) IsHomeCurrency(e.value->currency, e.contract_id);
  if (e.value) contract.value = e.value;
  if (e.ends_at) contract.ends_at = *e.ends_at;
  ++contract.amendments;
  contract.position = position();
  UpsertSpan(e.contract_id, contract);
}

void Applier::Apply(const ContractEnded& e) {
  const Contract* known = children_.Find<Contract>(e.contract_id);
  if (!known) return Report(AnomalyKind::CONTRACT_UNKNOWN, e.contract_id);
  if (now() >= known->ends_at) return Report(AnomalyKind::CONTRACT_ALREADY_ENDED, e.contract_id);
  Contract& contract = *children_.Edit<Contract>(e.contract_id);
  contract.ends_at = now();
  contract.position = position();
  UpsertSpan(e.contract_id, contract);
}

}  // namespace guanxi::relations
