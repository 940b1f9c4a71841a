#include "guanxid/account_message.h"

#include <algorithm>

#include "guanxid/evidence_message.h"
#include "relations/explain.h"
#include "relations/fold.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

using event::v1::Tier;

Tier ToProto(relations::Tier tier) { return static_cast<Tier>(tier); }

// Nothing that rests on no event is shown at the start of time.
void SetTime(Timestamp t, google::protobuf::Timestamp* proto) { *proto = rpc::ToProto(t); }

void SetDimension(relations::Dimension dimension, int32_t value, bool applicable, int32_t weight, v1::Dimension& out) {
  out.set_name(std::string(relations::NameOf(dimension)));
  out.set_applicable(applicable);
  out.set_value(applicable ? value : 0);
  out.set_weight(weight);
}

std::string PolicyText(std::string_view name, int32_t version, std::string_view segment) {
  std::string text = std::string(name) + " " + std::to_string(version);
  return segment.empty() ? text : text + " (" + std::string(segment) + ")";
}

void SetIdentity(const relations::AccountCore& core, v1::Account& out) {
  out.set_account_id(core.id.value);
  out.set_name(core.name);
  out.set_account_type(static_cast<event::v1::AccountType>(core.account_type));
  out.set_industry(core.industry);
  out.set_ownership(static_cast<event::v1::Ownership>(core.ownership));
  out.set_region(core.region);
  out.set_currency_code(std::string(core.currency.view()));
  out.set_owner(core.owner);
  out.set_manager(core.owner_manager);
  out.set_group_account_id(core.group_account_id);
  out.set_key_account(core.key_account_since.has_value());
  if (core.referred_by) out.set_referred_by_account_id(core.referred_by->account_id);
  out.set_account_version(core.account_version);
  SetTime(core.first_event_at, out.mutable_first_event_at());
  SetTime(core.last_event_at, out.mutable_last_event_at());
}

void SetTiers(const relations::AccountCore& core, Timestamp at, v1::Account& out) {
  out.set_computed_tier(ToProto(core.tier.tier));
  if (core.tier.last_change_at) SetTime(*core.tier.last_change_at, out.mutable_computed_since());
  if (core.declared) {
    v1::DeclaredTier& declared = *out.mutable_declared();
    declared.set_tier(ToProto(core.declared->tier));
    SetTime(core.declared->at, declared.mutable_since());
    declared.set_target_tier(ToProto(core.declared->target));
    if (core.declared->target_by) SetTime(*core.declared->target_by, declared.mutable_target_by());
    declared.set_plan(core.declared->plan);
  }
  if (const relations::TierOverride* override_now = relations::OverrideInForce(core, at)) {
    v1::TierOverride& shown = *out.mutable_tier_override();
    shown.set_tier(ToProto(override_now->tier));
    shown.set_reason(override_now->reason);
    SetTime(override_now->at, shown.mutable_since());
    SetTime(override_now->expires_at, shown.mutable_expires_at());
  }
}

int128 RevenueOf12Months(const relations::AccountCore& core) {
  int128 sum = 0;
  for (const relations::MonthBucket& bucket : core.months) sum += bucket.net.revenue;
  return sum;
}

void SetTotals(const relations::AccountCore& core, v1::Account& out) {
  for (const relations::CurrencyTotal& total : core.totals) {
    v1::CurrencyTotals& shown = *out.add_totals();
    shown.set_currency_code(std::string(total.currency.view()));
    // Months are kept in the account currency only.
    if (total.currency == core.currency) shown.set_net_revenue_12_months_micros(FormatInt128(RevenueOf12Months(core)));
    shown.set_net_revenue_total_micros(FormatInt128(total.net.revenue));
    shown.set_open_receivables_micros(FormatInt128(total.open));
  }
}

void SetCounts(const relations::AccountCore& core, Timestamp at, v1::AccountCounts& out) {
  const relations::Counts& counts = core.counts;
  out.set_events(core.account_version);
  out.set_contacts(counts.contacts);
  out.set_visits(counts.visits);
  out.set_orders(counts.orders);
  out.set_open_opportunities(counts.opportunities_open);
  out.set_won_opportunities(counts.opportunities_won);
  out.set_lost_opportunities(counts.opportunities_lost);
  out.set_abandoned_opportunities(counts.opportunities_abandoned);
  out.set_open_bids(counts.bids_open);
  out.set_open_invoices(counts.invoices_open);
  out.set_active_contracts(relations::ActiveContracts(core, at));
  out.set_open_complaints(counts.complaints_open_critical + counts.complaints_open_other);
  out.set_open_action_items(counts.action_items_open);
  out.set_overdue_action_items(relations::OverdueActionItems(core, at));
  out.set_anomalies(counts.anomalies);
  out.set_unknown_events(counts.unknown_events);
}

v1::TierRule RuleFrom(relations::TierRuleKind rule) {
  switch (rule) {
    case relations::TierRuleKind::kGate:
      return v1::TIER_RULE_GATE_FAILED;
    case relations::TierRuleKind::kScoreDown:
      return v1::TIER_RULE_SCORE_BELOW_EDGE;
    case relations::TierRuleKind::kScoreUp:
      return v1::TIER_RULE_SCORE_REACHED_EDGE;
  }
  return v1::TIER_RULE_UNSPECIFIED;
}

void SetDimensions(const relations::DimensionValues& values, const relations::TierChange& change,
                   google::protobuf::RepeatedPtrField<v1::Dimension>* out) {
  for (size_t i = 0; i < relations::kDimensionCount; ++i) {
    const bool applicable = values[i] != relations::kNotApplicable;
    SetDimension(static_cast<relations::Dimension>(i), values[i], applicable, change.weights[i], *out->Add());
  }
}

absl::StatusOr<v1::TierChange> ChangeFrom(const partition::View& view, const std::string& account_id, const relations::TierChange& change) {
  v1::TierChange out;
  out.set_account_id(account_id);
  SetTime(change.at, out.mutable_valid_from());
  out.set_from(ToProto(change.from));
  out.set_to(ToProto(change.to));
  out.set_rule(RuleFrom(change.rule));
  out.set_decided_by(relations::DecidedByOf(change));
  out.set_policy(PolicyText(change.policy_name, change.policy_version, change.policy_segment));
  if (change.score != relations::kNotApplicable) out.set_score(change.score);
  SetDimensions(change.before, change, out.mutable_dimensions_before());
  SetDimensions(change.after, change, out.mutable_dimensions_after());
  if (absl::Status added = AddEvidence(view, change.evidence, out.mutable_evidence()); !added.ok()) return added;
  out.set_kind(v1::CHANGE_KIND_CHANGED);
  return out;
}

std::string RequirementOf(const relations::Shortfall& shortfall) {
  switch (shortfall.kind) {
    case relations::Shortfall::Kind::kScore:
      return "SCORE";
    case relations::Shortfall::Kind::kDwell:
      return "DWELL";
    case relations::Shortfall::Kind::kGate:
      break;
  }
  return std::string(relations::NameOf(shortfall.gate));
}

void SetScore(const relations::Evaluation& evaluation, const relations::Policy& policy, v1::Account& out) {
  if (evaluation.score != relations::kNotApplicable) out.set_score(evaluation.score);
  out.set_policy(PolicyText(policy.name, policy.version, policy.segment.name));
}

void SetDimensions(const relations::Evaluation& evaluation, const relations::Policy& policy, v1::Account& out) {
  for (size_t i = 0; i < relations::kDimensionCount; ++i) {
    const bool applicable = evaluation.dimensions[i] != relations::kNotApplicable;
    SetDimension(static_cast<relations::Dimension>(i), evaluation.dimensions[i], applicable, policy.weights[i], *out.add_dimensions());
  }
}

// Of what people decided: who did, in which event.
absl::Status SetAuthors(const partition::View& view, const relations::AccountCore& core, v1::Account& out) {
  if (out.has_declared()) {
    absl::StatusOr<v1::Evidence> evidence = EvidenceAt(view, core.declared->position);
    if (!evidence.ok()) return evidence.status();
    *out.mutable_declared()->mutable_evidence() = *std::move(evidence);
  }
  if (out.has_tier_override()) {
    absl::StatusOr<v1::Evidence> evidence = EvidenceAt(view, core.tier_override->position);
    if (!evidence.ok()) return evidence.status();
    *out.mutable_tier_override()->mutable_evidence() = *std::move(evidence);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Account> AccountFrom(const partition::View& view, const partition::AccountAt& account, v1::AccountView detail) {
  v1::Account out;
  SetIdentity(account.core, out);
  SetTiers(account.core, account.valid_to, out);
  SetTotals(account.core, out);
  // Not AssessAt: its texts are for explanations only.
  const relations::Policy& policy = partition::PolicyAt(view, account);
  const relations::Evaluation evaluation = relations::Evaluate(account.core, account.valid_to, policy, view.calendar);
  SetScore(evaluation, policy, out);
  out.set_parked_event_count(account.parked_events);
  if (detail == v1::ACCOUNT_VIEW_BASIC) return out;
  SetDimensions(evaluation, policy, out);
  if (absl::Status set = SetAuthors(view, account.core, out); !set.ok()) return set;
  for (const relations::ExternalId& id : account.core.external_ids) {
    v1::ExternalId& added = *out.add_external_ids();
    added.set_system(id.system);
    added.set_external_id(id.external_id);
  }
  SetCounts(account.core, account.valid_to, *out.mutable_counts());
  return out;
}

absl::StatusOr<v1::TierChange> TierChangeFrom(const partition::View& view, const partition::FeedRow& row, uint64_t number) {
  absl::StatusOr<v1::TierChange> change = ChangeFrom(view, row.account_id, row.change);
  if (!change.ok()) return change.status();
  change->set_kind(static_cast<v1::ChangeKind>(row.kind));
  change->mutable_feed_position()->set_partition(view.partition.value);
  change->mutable_feed_position()->set_position(number);
  if (row.supersedes) change->set_supersedes(*row.supersedes);
  return change;
}

absl::StatusOr<v1::ExplainAccountResponse> ExplanationFrom(const partition::View& view, const partition::AccountAt& account) {
  absl::StatusOr<v1::Account> shown_account = AccountFrom(view, account, v1::ACCOUNT_VIEW_FULL);
  if (!shown_account.ok()) return shown_account.status();
  v1::ExplainAccountResponse out;
  *out.mutable_account() = *std::move(shown_account);
  const relations::Assessment assessment = partition::AssessAt(view, account);
  for (const relations::DimensionResult& result : assessment.dimensions) {
    v1::DimensionExplanation& explained = *out.add_dimensions();
    SetDimension(result.dimension, result.value, result.applicable, result.weight, *explained.mutable_dimension());
    explained.set_calculation(result.calculation);
    if (absl::Status added = AddEvidence(view, result.evidence, explained.mutable_evidence()); !added.ok()) return added;
  }
  for (const relations::GateResult& result : assessment.gates) {
    v1::GateResult& gate = *out.add_gates();
    gate.set_tier(ToProto(result.tier));
    gate.set_gate(std::string(relations::NameOf(result.kind)));
    gate.set_passed(result.pass);
    gate.set_detail(result.text);
  }
  for (const relations::Shortfall& shortfall : assessment.missing) {
    v1::Missing& missing = *out.add_missing_for_next_tier();
    missing.set_requirement(RequirementOf(shortfall));
    missing.set_detail(shortfall.text);
  }
  const auto& changes = account.core.tier_changes;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    absl::StatusOr<v1::TierChange> shown = ChangeFrom(view, account.core.id.value, *change);
    if (!shown.ok()) return shown.status();
    *out.add_history() = *std::move(shown);
  }
  const auto& anomalies = account.core.anomalies;
  for (auto anomaly = anomalies.rbegin(); anomaly != anomalies.rend(); ++anomaly) {
    out.add_anomalies(std::string(relations::NameOf(anomaly->kind)) + " " + anomaly->subject + " at " + FormatTimestamp(anomaly->at));
  }
  out.set_evidence_note(assessment.evidence_note);
  out.set_score_calculation(assessment.score_calculation);
  return out;
}

}  // namespace guanxi::service
