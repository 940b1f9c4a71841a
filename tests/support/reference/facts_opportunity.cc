// Opportunities, joint projects and trials, tenders and bids.
#include "support/reference/applier.h"

namespace guanxi::reference {

void Applier::On(const v1::OpportunityOpened& e) {
  if (f.opportunities.contains(e.opportunity_id())) return Anomaly("OPPORTUNITY_ALREADY_OPENED");
  Opportunity opened;
  if (e.stage() != v1::PROCUREMENT_STAGE_UNSPECIFIED) opened.stage = e.stage();
  f.opportunities[e.opportunity_id()] = opened;
  NoteAmount(e.has_expected_amount(), e.expected_amount());
}

Opportunity* Applier::OpenOpportunity(const std::string& id) {
  const auto known = f.opportunities.find(id);
  if (known == f.opportunities.end()) {
    Anomaly("OPPORTUNITY_UNKNOWN");
    return nullptr;
  }
  if (known->second.status != OpportunityStatus::kOpen) {
    Anomaly("OPPORTUNITY_CLOSED");
    return nullptr;
  }
  return &known->second;
}

void Applier::On(const v1::OpportunityStageChanged& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id());
  if (opportunity == nullptr) return;
  if (e.stage() < opportunity->stage) ++opportunity->regressions;
  opportunity->stage = e.stage();
}

void Applier::On(const v1::OpportunityWon& e) {
  Opportunity* opportunity = OpenOpportunity(e.opportunity_id());
  if (opportunity == nullptr) return;
  opportunity->status = OpportunityStatus::kWon;
  NoteAmount(e.has_amount(), e.amount());
}

void Applier::On(const v1::OpportunityLost& e) {
  if (Opportunity* opportunity = OpenOpportunity(e.opportunity_id())) opportunity->status = OpportunityStatus::kLost;
}

void Applier::On(const v1::OpportunityAbandoned& e) {
  if (Opportunity* opportunity = OpenOpportunity(e.opportunity_id())) opportunity->status = OpportunityStatus::kAbandoned;
}

void Applier::On(const v1::JointProjectStarted& e) {
  if (!f.projects.insert({e.project_id(), Start{at}}).second) Anomaly("PROJECT_ALREADY_STARTED");
}

void Applier::On(const v1::TrialStarted& e) {
  if (!f.trials.insert({e.trial_id(), Start{at}}).second) Anomaly("TRIAL_ALREADY_STARTED");
}

void Applier::EndStart(std::map<std::string, Start>& starts, const std::string& id, const std::string& what) {
  const auto known = starts.find(id);
  if (known == starts.end()) return Anomaly(what + "_UNKNOWN");
  if (known->second.ended) return Anomaly(what + "_ALREADY_ENDED");
  known->second.ended = true;
}

void Applier::On(const v1::JointProjectEnded& e) { EndStart(f.projects, e.project_id(), "PROJECT"); }
void Applier::On(const v1::TrialEnded& e) { EndStart(f.trials, e.trial_id(), "TRIAL"); }

void Applier::On(const v1::TenderAnnounced& e) {
  if (!f.tenders.insert(e.tender_id()).second) Anomaly("TENDER_ALREADY_ANNOUNCED");
}

void Applier::On(const v1::BidInvited& e) {
  if (!f.bids.insert({e.bid_id(), Bid{}}).second) Anomaly("BID_ALREADY_INVITED");
}

void Applier::On(const v1::BidSubmitted& e) {
  Bid& bid = f.bids[e.bid_id()];
  if (bid.submitted) return Anomaly("BID_ALREADY_SUBMITTED");
  if (bid.decided()) return Anomaly("BID_ALREADY_DECIDED");
  bid = Bid{true, BidStatus::kSubmitted};
}

void Applier::DecideBid(const std::string& id, BidStatus status) {
  Bid& bid = f.bids[id];
  if (bid.decided()) return Anomaly("BID_ALREADY_DECIDED");
  if (!bid.submitted) Anomaly("BID_NOT_SUBMITTED");
  bid.status = status;
}

void Applier::On(const v1::BidWon& e) { DecideBid(e.bid_id(), BidStatus::kWon); }
void Applier::On(const v1::BidLost& e) { DecideBid(e.bid_id(), BidStatus::kLost); }

void Applier::On(const v1::BidWithdrawn& e) {
  const auto known = f.bids.find(e.bid_id());
  if (known == f.bids.end()) return Anomaly("BID_UNKNOWN");
  if (known->second.decided()) return Anomaly("BID_ALREADY_DECIDED");
  known->second.status = BidStatus::kWithdrawn;
}

}  // namespace guanxi::reference
