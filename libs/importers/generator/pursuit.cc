#include "importers/generator/pursuit.h"

#include <algorithm>

#include "importers/generator/catalogue.h"
#include "importers/generator/trade.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

// The fate of an opportunity, out of 1000.
constexpr uint64_t kWon = 450;
constexpr uint64_t kLost = 820;
constexpr uint64_t kWithdrawn = 900;  // from here on, if there is a bid
constexpr uint64_t kProjectPerMille = 400;
constexpr uint64_t kStepsBackPerMille = 120;

}  // namespace

void Pursuit::Live(Scene& scene) {
  if (!project_id_.empty() && project_ends_ <= scene.begin) project_id_.clear();
  const PersonaTraits& traits = scene.traits();
  for (uint32_t n = scene.Times(traits.opportunities); n > 0; --n) Open(scene, scene.WorkTime());
  if (scene.Times(traits.joint_projects) > 0) StartProject(scene, scene.WorkTime());
  for (uint32_t n = scene.Times(traits.trials); n > 0; --n) StartTrial(scene, scene.WorkTime());
}

void Pursuit::Open(Scene& scene, Timestamp at) {
  Random& random = scene.random;
  const bool project = random.PerMille(kProjectPerMille);
  const int64_t cents = scene.plan.revenue_per_year * 100 * random.Between(50, 400) / 1000;
  ev::OpportunityOpened opened;
  opened.set_opportunity_id("u-" + std::to_string(++opportunities_));
  opened.set_kind(project ? ev::OPPORTUNITY_KIND_PROJECT : ev::OPPORTUNITY_KIND_ACCOUNT);
  opened.set_business_line(BusinessLineOf(scene.plan, static_cast<uint32_t>(random.Below(kBusinessLineCount))));
  opened.set_name(opened.business_line() + (project ? " project" : " follow-on"));
  scene.SetMoney(*opened.mutable_expected_amount(), cents);
  opened.set_initiation(random.PerMille(550) ? ev::INITIATION_ACTIVE : ev::INITIATION_PASSIVE);
  opened.set_stage(ev::PROCUREMENT_STAGE_RESEARCH);
  *opened.mutable_expected_close_at() = codec::ToProto(scene.DaysLater(at, 60, 240));
  opened.set_owner(scene.owner);
  scene.diary.Write(at, opened);
  const Timestamp closed_at = MoveThroughStages(scene, opened.opportunity_id(), at, project);
  const uint64_t fate = random.Below(1000);
  if (project) Bid(scene, opened.opportunity_id(), at, closed_at, cents, fate);
  Close(scene, opened.opportunity_id(), closed_at, cents, fate);
}

// Gives the time of the decision.
Timestamp Pursuit::MoveThroughStages(Scene& scene, const std::string& id, Timestamp at, bool bidding) {
  int stage = ev::PROCUREMENT_STAGE_RESEARCH;
  while (stage < ev::PROCUREMENT_STAGE_PURCHASE && !scene.random.PerMille(180)) {
    const bool back = stage > ev::PROCUREMENT_STAGE_ANALYSIS && scene.random.PerMille(kStepsBackPerMille);
    stage = back ? stage - 1 : std::min<int>(stage + static_cast<int>(scene.random.Between(1, 2)), ev::PROCUREMENT_STAGE_PURCHASE);
    if (stage == ev::PROCUREMENT_STAGE_BIDDING && !bidding) ++stage;
    at = scene.DaysLater(at, 7, 35);
    ev::OpportunityStageChanged changed;
    changed.set_opportunity_id(id);
    changed.set_stage(static_cast<ev::ProcurementStage>(stage));
    if (back) changed.set_reason("requirements reopened");
    scene.diary.Write(at, changed);
  }
  return scene.DaysLater(at, 10, 40);
}

void Pursuit::Close(Scene& scene, const std::string& id, Timestamp at, int64_t cents, uint64_t fate) {
  if (fate < kWon) {
    ev::OpportunityWon won;
    won.set_opportunity_id(id);
    scene.SetMoney(*won.mutable_amount(), cents * scene.random.Between(800, 1050) / 1000);
    scene.diary.Write(at, won);
  } else if (fate < kLost) {
    ev::OpportunityLost lost;
    lost.set_opportunity_id(id);
    lost.set_reason("price");
    lost.set_competitor(std::string(scene.random.Pick(kCompetitors)));
    scene.diary.Write(at, lost);
  } else {
    ev::OpportunityAbandoned abandoned;
    abandoned.set_opportunity_id(id);
    abandoned.set_reason("budget withdrawn");
    scene.diary.Write(at, abandoned);
  }
}

// The tender lies between opening and decision; the decision on the bid comes just before.
void Pursuit::Bid(Scene& scene, const std::string& opportunity_id, Timestamp opened_at, Timestamp closed_at, int64_t cents, uint64_t fate) {
  const int64_t third = (closed_at.micros - opened_at.micros) / 3;
  const std::string tender_id = "t-" + std::to_string(++tenders_);
  const std::string bid_id = "b-" + std::to_string(++bids_);
  const Timestamp announced{opened_at.micros + third / 2};
  const Timestamp submitted{opened_at.micros + 2 * third};
  const Timestamp decided{closed_at.micros - kMicrosPerHour};
  ev::TenderAnnounced tender;
  tender.set_tender_id(tender_id);
  tender.set_opportunity_id(opportunity_id);
  *tender.mutable_closes_at() = codec::ToProto({submitted.micros + kMicrosPerDay});
  scene.diary.Write(announced, tender);
  if (scene.random.PerMille(600)) {
    ev::BidInvited invited;
    invited.set_bid_id(bid_id);
    invited.set_tender_id(tender_id);
    invited.set_opportunity_id(opportunity_id);
    scene.diary.Write({announced.micros + kMicrosPerHour}, invited);
  }
  ev::BidSubmitted bid;
  bid.set_bid_id(bid_id);
  bid.set_tender_id(tender_id);
  bid.set_opportunity_id(opportunity_id);
  scene.SetMoney(*bid.mutable_amount(), cents);
  scene.diary.Write(submitted, bid);
  if (fate < kWon) {
    ev::BidWon won;
    won.set_bid_id(bid_id);
    scene.SetMoney(*won.mutable_amount(), cents);
    scene.diary.Write(decided, won);
  } else if (fate < kWithdrawn) {
    ev::BidLost lost;
    lost.set_bid_id(bid_id);
    lost.set_reason("price");
    lost.set_competitor(std::string(scene.random.Pick(kCompetitors)));
    scene.diary.Write(decided, lost);
  } else {
    ev::BidWithdrawn withdrawn;
    withdrawn.set_bid_id(bid_id);
    withdrawn.set_reason("terms not acceptable");
    scene.diary.Write(decided, withdrawn);
  }
}

void Pursuit::StartProject(Scene& scene, Timestamp at) {
  if (!project_id_.empty()) return;
  project_id_ = "j-" + std::to_string(++projects_);
  project_ends_ = scene.DaysLater(at, 90, 270);
  ev::JointProjectStarted started;
  started.set_project_id(project_id_);
  started.set_business_line(BusinessLineOf(scene.plan, static_cast<uint32_t>(scene.random.Below(kBusinessLineCount))));
  started.set_name(started.business_line() + " development");
  scene.diary.Write(at, started);
  ev::JointProjectEnded ended;
  ended.set_project_id(project_id_);
  ended.set_outcome(scene.random.PerMille(750) ? "delivered" : "stopped");
  scene.diary.Write(project_ends_, ended);
}

void Pursuit::StartTrial(Scene& scene, Timestamp at) {
  const BusinessLine& line = scene.random.Pick(kBusinessLines);
  ev::TrialStarted started;
  started.set_trial_id("r-" + std::to_string(++trials_));
  started.set_product(std::string(scene.random.Pick(line.products).name));
  started.set_business_line(std::string(line.name));
  scene.diary.Write(at, started);
  ev::TrialEnded ended;
  ended.set_trial_id(started.trial_id());
  ended.set_outcome(scene.random.PerMille(600) ? "adopted" : "declined");
  scene.diary.Write(scene.DaysLater(at, 20, 90), ended);
}

}  // namespace guanxi::importers::generator
