#include "relations/applier.h"

namespace guanxi::relations {
namespace {

ProcurementStage StageOf(ProcurementStage stage) { return stage == ProcurementStage::kUnspecified ? ProcurementStage::kResearch : stage; }

}  // namespace

void Applier::Apply(const OpportunityOpened& e) {
  if (!IsNew<Opportunity>(e.opportunity_id, AnomalyKind::OPPORTUNITY_ALREADY_OPENED)) return;
  if (e.expected_amount) IsHomeCurrency(e.expected_amount->currency, e.opportunity_id);
  children_.Put(e.opportunity_id, Opportunity{.name = e.name,
                                              .business_line = e.business_line,
                                              .owner = e.owner,
                                              .kind = e.kind,
                                              .initiation = e.initiation,
                                              .stage = StageOf(e.stage),
                                              .amount = e.expected_amount,
                                              .expected_close_at = e.expected_close_at,
                                              .opened_at = now(),
                                              .stage_since = now(),
                                              .position = position()});
  ++core_.counts.opportunities_open;
}

// The open opportunity to change; reports when it is unknown or closed.
Opportunity* Applier::OpenOpportunity(std::string_view id) {
  const Opportunity* known = children_.Find<Opportunity>(id);
  if (known && known->state == OpportunityState::kOpen) {
    Opportunity* opportunity = children_.Edit<Opportunity>(id);
    opportunity->position = position();
    return opportunity;
  }
  Report(known ? AnomalyKind::OPPORTUNITY_CLOSED : AnomalyKind::OPPORTUNITY_UNKNOWN, id);
  return nullptr;
}

void Applier::Apply(const OpportunityStageChanged& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id);
  if (!opportunity) return;
  const ProcurementStage stage = StageOf(e.stage);
  if (stage == opportunity->stage) return;
  ++opportunity->stage_changes;
  if (stage < opportunity->stage) ++opportunity->regressions;
  opportunity->stage = stage;
  opportunity->stage_since = now();
}

void Applier::CloseOpportunity(Opportunity& opportunity, OpportunityState state) {
  opportunity.state = state;
  opportunity.closed_at = now();
  --core_.counts.opportunities_open;
}

void Applier::Apply(const OpportunityWon& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id);
  if (!opportunity) return;
  if (e.amount) {
    IsHomeCurrency(e.amount->currency, e.opportunity_id);
    opportunity->amount = e.amount;
  }
  CloseOpportunity(*opportunity, OpportunityState::kWon);
  ++core_.counts.opportunities_won;
}

void Applier::Apply(const OpportunityLost& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id);
  if (!opportunity) return;
  opportunity->competitor = e.competitor;
  CloseOpportunity(*opportunity, OpportunityState::kLost);
  ++core_.counts.opportunities_lost;
}

void Applier::Apply(const OpportunityAbandoned& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id);
  if (!opportunity) return;
  CloseOpportunity(*opportunity, OpportunityState::kAbandoned);
  ++core_.counts.opportunities_abandoned;
}

void Applier::Apply(const JointProjectStarted& e) {
  if (!IsNew<Project>(e.project_id, AnomalyKind::PROJECT_ALREADY_STARTED)) return;
  children_.Put(e.project_id, Project{.name = e.name, .business_line = e.business_line, .started_at = now(), .position = position()});
  ++core_.counts.joint_projects;
  ++bucket().joint_projects;
  Evidence(EvidenceClass::kProject);
}

void Applier::Apply(const JointProjectEnded& e) {
  const Project* known = children_.Find<Project>(e.project_id);
  if (!known) return Report(AnomalyKind::PROJECT_UNKNOWN, e.project_id);
  if (known->ended_at) return Report(AnomalyKind::PROJECT_ALREADY_ENDED, e.project_id);
  Project& project = *children_.Edit<Project>(e.project_id);
  project.ended_at = now();
  project.outcome = e.outcome;
  project.position = position();
}

void Applier::Apply(const TrialStarted& e) {
  if (!IsNew<Trial>(e.trial_id, AnomalyKind::TRIAL_ALREADY_STARTED)) return;
  children_.Put(e.trial_id, Trial{.product = e.product, .business_line = e.business_line, .started_at = now(), .position = position()});
  ++core_.counts.trials;
  ++bucket().trials;
  Evidence(EvidenceClass::kProject);
}

void Applier::Apply(const TrialEnded& e) {
  const Trial* known = children_.Find<Trial>(e.trial_id);
  if (!known) return Report(AnomalyKind::TRIAL_UNKNOWN, e.trial_id);
  if (known->ended_at) return Report(AnomalyKind::TRIAL_ALREADY_ENDED, e.trial_id);
  Trial& trial = *children_.Edit<Trial>(e.trial_id);
  trial.ended_at = now();
  trial.outcome = e.outcome;
  trial.position = position();
}

void Applier::Apply(const TenderAnnounced& e) {
  if (!IsNew<Tender>(e.tender_id, AnomalyKind::TENDER_ALREADY_ANNOUNCED)) return;
  children_.Put(e.tender_id, Tender{e.opportunity_id, now(), e.closes_at, position()});
}

void Applier::Apply(const BidInvited& e) {
  if (!IsNew<Bid>(e.bid_id, AnomalyKind::BID_ALREADY_INVITED)) return;
  children_.Put(e.bid_id, Bid{.tender_id = e.tender_id, .opportunity_id = e.opportunity_id, .invited_at = now(), .position = position()});
}

void Applier::Apply(const BidSubmitted& e) {
  const Bid* known = children_.Find<Bid>(e.bid_id);
  if (known && known->submitted_at) return Report(AnomalyKind::BID_ALREADY_SUBMITTED, e.bid_id);
  if (known && known->state != BidState::kInvited) return Report(AnomalyKind::BID_ALREADY_DECIDED, e.bid_id);
  Bid bid = known ? *known : Bid{};
  if (!e.tender_id.empty()) bid.tender_id = e.tender_id;
  if (!e.opportunity_id.empty()) bid.opportunity_id = e.opportunity_id;
  if (e.amount) bid.amount = e.amount;
  bid.state = BidState::kSubmitted;
  bid.submitted_at = now();
  bid.position = position();
  children_.Put(e.bid_id, std::move(bid));
  ++core_.counts.bids_submitted;
  ++core_.counts.bids_open;
}

// A win or a loss: of a bid never submitted it counts all the same.
void Applier::DecideBid(std::string_view id, BidState state, std::optional<Money> amount, std::string_view competitor) {
  const Bid* known = children_.Find<Bid>(id);
  if (known && known->state > BidState::kSubmitted) return Report(AnomalyKind::BID_ALREADY_DECIDED, id);
  if (!known || known->state != BidState::kSubmitted) Report(AnomalyKind::BID_NOT_SUBMITTED, id);
  Bid bid = known ? *known : Bid{};
  if (bid.state == BidState::kSubmitted) --core_.counts.bids_open;
  if (amount) bid.amount = amount;
  bid.competitor = competitor;
  bid.state = state;
  bid.decided_at = now();
  bid.position = position();
  children_.Put(id, std::move(bid));
  ++(state == BidState::kWon ? core_.counts.bids_won : core_.counts.bids_lost);
}

void Applier::Apply(const BidWon& e) { DecideBid(e.bid_id, BidState::kWon, e.amount, {}); }
void Applier::Apply(const BidLost& e) { DecideBid(e.bid_id, BidState::kLost, {}, e.competitor); }

void Applier::Apply(const BidWithdrawn& e) {
  const Bid* known = children_.Find<Bid>(e.bid_id);
  if (!known) return Report(AnomalyKind::BID_UNKNOWN, e.bid_id);
  if (known->state > BidState::kSubmitted) return Report(AnomalyKind::BID_ALREADY_DECIDED, e.bid_id);
  Bid& bid = *children_.Edit<Bid>(e.bid_id);
  if (bid.state == BidState::kSubmitted) --core_.counts.bids_open;
  bid.state = BidState::kWithdrawn;
  bid.decided_at = now();
  bid.position = position();
}

}  // namespace guanxi::relations
