// The fields of every row, in the order of docs/formats/rows.md. New fields are
// added at the end of a list, with a default; none is ever moved or removed.
// Internal to relations.
#pragma once

#include "relations/row_archive.h"

namespace guanxi::relations {

template <class A, class T>
using Field = typename A::template Field<T>;

template <class A>
void VisitFields(A& a, Field<A, Money>& v) {
  a.Sparse(v.micros, v.currency);
}
template <class A>
void VisitFields(A& a, Field<A, TradeSums>& v) {
  a.Sparse(v.revenue, v.profit, v.units, v.project_income);
}
template <class A>
void VisitFields(A& a, Field<A, NameTable>& v) {
  a.Sparse(v.names);
}
template <class A>
void VisitFields(A& a, Field<A, MonthBucket>& v) {
  a.Sparse(v.month, v.visits, v.levels_met, v.departments_met, v.executive_meetings, v.decision_maker_visits, v.orders, v.lines, v.net,
           v.joint_projects, v.trials, v.complaints, v.recurrences, v.sla_hits, v.sla_misses, v.survey_answers, v.survey_sum, v.evidence);
}
template <class A>
void VisitFields(A& a, Field<A, ContractSpan>& v) {
  a.Sparse(v.contract_id, v.starts_at, v.ends_at, v.full_months, v.lines, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, DueMonth>& v) {
  a.Sparse(v.month, v.paid, v.paid_days_late, v.evidence);
}
template <class A>
void VisitFields(A& a, Field<A, DueDay>& v) {
  a.Sparse(v.day, v.open);
}
template <class A>
void VisitFields(A& a, Field<A, SlaClock>& v) {
  a.Sparse(v.number, v.response_due, v.resolution_due, v.paused_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, CategoryEnd>& v) {
  a.Sparse(v.category, v.at);
}
template <class A>
void VisitFields(A& a, Field<A, ExternalId>& v) {
  a.Sparse(v.system, v.external_id);
}
template <class A>
void VisitFields(A& a, Field<A, CurrencyTotal>& v) {
  a.Sparse(v.currency, v.orders, v.net, v.invoiced, v.paid, v.open);
}
template <class A>
void VisitFields(A& a, Field<A, Anomaly>& v) {
  a.Sparse(v.kind, v.position, v.at, v.subject);
}
template <class A>
void VisitFields(A& a, Field<A, TierChange>& v) {
  a.Sparse(v.at, v.from, v.to, v.rule, v.gate, v.threshold, v.policy_name, v.policy_version, v.score, v.before, v.after, v.evidence,
           v.policy_segment, v.weights, v.actual, v.waited_until);
}
template <class A>
void VisitFields(A& a, Field<A, TierMachine>& v) {
  a.Sparse(v.tier, v.last_change_at, v.month_ends_below, v.dimensions, v.score);
}
template <class A>
void VisitFields(A& a, Field<A, DeclaredTier>& v) {
  a.Sparse(v.tier, v.target, v.target_by, v.plan, v.at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, TierOverride>& v) {
  a.Sparse(v.tier, v.reason, v.at, v.expires_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, ReferredBy>& v) {
  a.Sparse(v.account_id, v.referral_id, v.referral_class, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, OpenItemDue>& v) {
  a.Sparse(v.due_at, v.items);
}
template <class A>
void VisitFields(A& a, Field<A, Counts>& v) {
  a.Sparse(v.contacts, v.supporters, v.visits, v.orders, v.order_cancellations, v.credit_notes, v.contracts, v.joint_projects, v.trials,
           v.invoices, v.payments, v.opportunities_open, v.opportunities_won, v.opportunities_lost, v.opportunities_abandoned,
           v.bids_submitted, v.bids_won, v.bids_lost, v.action_items_open, v.complaints, v.complaints_open_critical,
           v.complaints_open_other, v.surveys_sent, v.surveys_answered, v.referrals_received, v.anomalies, v.bids_open, v.invoices_open,
           v.unknown_events);
}
template <class A>
void VisitFields(A& a, Field<A, AccountCore>& v) {
  a.Sparse(v.id, v.opened, v.name, v.industry, v.region, v.account_type, v.ownership, v.currency, v.owner, v.owner_manager, v.owner_region,
           v.owner_since, v.group_account_id, v.key_account_since, v.key_account_reason, v.external_ids, v.referred_by, v.account_version,
           v.first_event_at, v.last_event_at, v.first_position, v.last_position, v.swept_to, v.months, v.departments, v.lines, v.contracts,
           v.first_trade_at, v.first_trade_position, v.due_months, v.due_days, v.older_open, v.sla_clocks, v.sla_clocks_started,
           v.category_ends, v.last_visit_id, v.last_visit_at, v.last_order_at, v.open_item_dues, v.counts, v.totals, v.anomalies, v.tier,
           v.tier_changes, v.declared, v.tier_override);
}

template <class A>
void VisitFields(A& a, Field<A, SealedPart>& v) {
  a.Sparse(v.position, v.sealed);
}
template <class A>
void VisitFields(A& a, Field<A, Contact>& v) {
  // `removed`, so that the usual case is the default.
  bool removed = !v.present;
  a.Sparse(removed, v.department, v.level, v.role, v.stance, v.personal, v.added_at, v.changed_at, v.last_met_at, v.position);
  if constexpr (!A::kWrites) v.present = !removed;
}
template <class A>
void VisitFields(A& a, Field<A, Visit>& v) {
  a.Sparse(v.held_at, v.kind, v.review_of, v.highest_level, v.executive_to_executive, v.planned_minutes, v.actual_minutes, v.customers,
           v.ours, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Minutes>& v) {
  a.Sparse(v.visit_id, v.recorded_at, v.action_items, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, ActionItemRow>& v) {
  a.Sparse(v.text, v.owner, v.minutes_id, v.due_at, v.state, v.recorded_at, v.ended_at, v.due_in_core, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Opportunity>& v) {
  a.Sparse(v.name, v.business_line, v.owner, v.competitor, v.kind, v.initiation, v.stage, v.state, v.amount, v.expected_close_at,
           v.opened_at, v.stage_since, v.closed_at, v.stage_changes, v.regressions, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Project>& v) {
  a.Sparse(v.name, v.business_line, v.outcome, v.started_at, v.ended_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Trial>& v) {
  a.Sparse(v.product, v.business_line, v.outcome, v.started_at, v.ended_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Tender>& v) {
  a.Sparse(v.opportunity_id, v.announced_at, v.closes_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Bid>& v) {
  a.Sparse(v.tender_id, v.opportunity_id, v.competitor, v.state, v.amount, v.invited_at, v.submitted_at, v.decided_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Contract>& v) {
  a.Sparse(v.starts_at, v.ends_at, v.value, v.business_lines, v.opportunity_id, v.signed_at, v.amendments, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Order>& v) {
  a.Sparse(v.currency, v.sums, v.project_id, v.procurement, v.lines, v.placed_at, v.cancelled_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, CreditNote>& v) {
  a.Sparse(v.currency, v.sums, v.order_id, v.issued_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Invoice>& v) {
  a.Sparse(v.amount, v.open_micros, v.order_id, v.issued_at, v.due_at, v.cancelled_at, v.paid_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Payment>& v) {
  a.Sparse(v.invoice_id, v.amount, v.applied_micros, v.received_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Complaint>& v) {
  a.Sparse(v.category, v.severity, v.level, v.state, v.acknowledged, v.clock, v.episodes, v.recurrence, v.filed_at, v.episode_started_at,
           v.resolved_at, v.closed_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Survey>& v) {
  a.Sparse(v.contact_id, v.sent_at, v.answered_at, v.score, v.scale, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, Referral>& v) {
  a.Sparse(v.contact_id, v.referred_account_id, v.referral_class, v.requested_at, v.received_at, v.position);
}
template <class A>
void VisitFields(A& a, Field<A, MonthOfCurrency>& v) {
  a.Sparse(v.currency, v.orders, v.cancellations, v.net);
}
template <class A>
void VisitFields(A& a, Field<A, MonthSums>& v) {
  a.Sparse(v.currencies);
}

}  // namespace guanxi::relations
