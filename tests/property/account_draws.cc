// The account itself, contacts and visits, complaints and surveys, opportunities.
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "property/draws.h"
#include "support/reference/history.h"

namespace guanxi::property {
namespace {

namespace v1 = event::v1;
using reference::ToProto;

constexpr std::array<const char*, 5> kDepartments = {"purchasing", "", "production", "board", "store"};
constexpr std::array<const char*, 4> kCurrencies = {"", "CNY", "EUR", "CNY"};

v1::Level LevelOf(int drawn) { return static_cast<v1::Level>(drawn % 5); }
v1::CommitteeRole RoleOf(int drawn) { return static_cast<v1::CommitteeRole>(drawn % 5); }
v1::Stance StanceOf(int drawn) { return static_cast<v1::Stance>(drawn % 5); }

v1::CustomerParticipant Participant(int x, int y) {
  v1::CustomerParticipant participant;
  if (x % 3 != 0) participant.set_contact_id(Id("c", x, 4));
  if (x % 2 == 0) participant.set_level(LevelOf(y));
  if (y % 3 == 0) participant.set_department(Choose(kDepartments, x + y));
  if (y % 4 == 0) participant.set_role(RoleOf(x));
  return participant;
}

v1::VisitHeld Visit(const Draw& draw) {
  v1::VisitHeld visit;
  visit.set_visit_id(Id("v", draw.a, 12));
  for (int i = 0; i < draw.b % 4; ++i) *visit.add_customers() = Participant(draw.b + i, draw.c + 3 * i);
  if (draw.c % 2 == 0) visit.add_ours()->set_level(LevelOf(draw.c / 2));
  visit.set_first(draw.c % 11 == 0);
  if (draw.b % 2 == 0) visit.set_review_of(Id("v", draw.a + 11, 12));
  visit.set_actual_minutes(30);
  return visit;
}

v1::MinutesRecorded Minutes(const Draw& draw, Timestamp at) {
  v1::MinutesRecorded minutes;
  minutes.set_minutes_id(Id("m", draw.a, 6));
  for (int i = 0; i < draw.b % 4; ++i) {
    auto* item = minutes.add_action_items();
    item->set_item_id(Id("i", draw.b + i, 5));
    if (i % 3 != 2) *item->mutable_due_at() = ToProto(Timestamp{at.micros + (draw.c % 40 - 5) * kMicrosPerDay});
  }
  return minutes;
}

template <class Message>
Message WithContact(const Draw& draw) {
  Message contact;
  contact.set_contact_id(Id("c", draw.a, 3));
  return contact;
}

v1::ContactChanged Change(const Draw& draw) {
  auto contact = WithContact<v1::ContactChanged>(draw);
  if (draw.b % 2 == 0) contact.set_department(Choose(kDepartments, draw.c));
  if (draw.b % 3 == 0) contact.set_level(LevelOf(draw.c));
  if (draw.b % 5 == 0) contact.set_role(RoleOf(draw.c));
  if (draw.b % 7 < 3) contact.set_stance(StanceOf(draw.c));
  return contact;
}

v1::ContactAdded Addition(const Draw& draw) {
  auto contact = WithContact<v1::ContactAdded>(draw);
  contact.set_department(Choose(kDepartments, draw.b));
  contact.set_level(LevelOf(draw.c));
  contact.set_role(RoleOf(draw.b + draw.c));
  contact.set_stance(StanceOf(draw.b / 2 + draw.c));
  return contact;
}

template <class Message>
Message Step(const Draw& draw) {
  Message step;
  step.set_complaint_id(Id("k", draw.a, 3));
  return step;
}

v1::AccountOpened Opening(const Draw& draw) {
  v1::AccountOpened opened;
  opened.set_name("Acme " + std::to_string(draw.a % 3));
  opened.set_account_type(static_cast<v1::AccountType>(draw.a % 5));
  opened.set_industry(draw.b % 2 == 0 ? "retail" : "");
  opened.set_ownership(static_cast<v1::Ownership>(draw.b % 3));
  opened.set_currency_code(Choose(kCurrencies, draw.c));
  return opened;
}

v1::AccountChanged AccountChange(const Draw& draw) {
  v1::AccountChanged changed;
  if (draw.a % 2 == 0) changed.set_name("Acme");
  if (draw.b % 2 == 0) changed.set_region(draw.c % 2 == 0 ? "north" : "");
  if (draw.c % 3 == 0) changed.set_ownership(static_cast<v1::Ownership>(draw.a % 3));
  return changed;
}

}  // namespace

void WriteAccountEvent(Writer& writer, const Draw& draw) {
  const auto with = [&]<class Message>(Message message, auto set) {
    set(message);
    writer.Add(std::move(message));
  };
  const auto link = [&](auto& m) { m.set_system(draw.b % 2 == 0 ? "erp" : "crm"), m.set_external_id(Id("x", draw.c, 2)); };
  const auto group = [&](auto& m) { m.set_group_account_id(Id("group", draw.b, 2)); };
  switch (draw.kind % 10) {
    case 0:
      return writer.Add(Opening(draw));
    case 1:
      return writer.Add(AccountChange(draw));
    case 2:
      return with(v1::ExternalIdLinked(), link);
    case 3:
      return with(v1::ExternalIdUnlinked(), link);
    case 4:
      return with(v1::GroupJoined(), group);
    case 5:
      return with(v1::GroupLeft(), group);
    case 6:
      return with(v1::OwnerAssigned(), [&](auto& m) { m.set_owner(Id("zhou", draw.b, 3)), m.set_region(draw.c % 2 == 0 ? "south" : ""); });
    case 7:
      return writer.Add(v1::KeyAccountDesignated());
    case 8:
      return writer.Add(v1::KeyAccountUndesignated());
    default:
      return writer.AddUnknown();
  }
}

void WriteContactOrVisit(Writer& writer, const Draw& draw) {
  const auto end = [&](auto m) {
    m.set_item_id(Id("i", draw.b, 5));
    writer.Add(m);
  };
  switch (draw.kind % 11) {
    case 0:
    case 1:
      return writer.Add(Addition(draw));
    case 2:
      return writer.Add(Change(draw));
    case 3:
      return writer.Add(WithContact<v1::ContactRemoved>(draw));
    case 4:
      return writer.Add(Minutes(draw, writer.at()));
    case 5:
      return draw.c % 2 == 0 ? end(v1::ActionItemDone()) : end(v1::ActionItemDropped());
    default:
      return writer.Add(Visit(draw));
  }
}

void WriteServiceEvent(Writer& writer, const Draw& draw) {
  constexpr std::array<const char*, 4> kCategories = {"leak", "", "noise", "leak"};
  constexpr std::array<int, 6> kScales = {10, 5, 7, 100, 3, 50};
  v1::ComplaintFiled filed = Step<v1::ComplaintFiled>(draw);
  filed.set_category(Choose(kCategories, draw.b));
  filed.set_severity(static_cast<v1::Severity>(draw.c % 3));
  v1::SurveySent sent;
  sent.set_survey_id(Id("s", draw.a, 5));
  v1::SurveyAnswered answered;
  answered.set_survey_id(Id("s", draw.a, 5));
  answered.set_scale(Choose(kScales, draw.b));
  answered.set_score(draw.c % (answered.scale() + 1));
  switch (draw.kind % 12) {
    case 0:
    case 1:
      return writer.Add(filed);
    case 2:
      return writer.Add(Step<v1::ComplaintAcknowledged>(draw));
    case 3:
      return writer.Add(Step<v1::ComplaintPaused>(draw));
    case 4:
      return writer.Add(Step<v1::ComplaintResumed>(draw));
    case 5:
      return writer.Add(Step<v1::ComplaintResolved>(draw));
    case 6:
      return writer.Add(Step<v1::ComplaintReopened>(draw));
    case 7:
      return writer.Add(Step<v1::ComplaintClosed>(draw));
    case 8:
    case 9:
      return writer.Add(sent);
    default:
      return writer.Add(answered);
  }
}

void WriteOpportunityEvent(Writer& writer, const Draw& draw) {
  const auto add = [&](auto message, auto set) {
    set(message);
    writer.Add(message);
  };
  const auto opportunity = [&](auto& m) { m.set_opportunity_id(Id("p", draw.b, 2)); };
  const auto project = [&](auto& m) { m.set_project_id(Id("j", draw.b, 3)); };
  const auto trial = [&](auto& m) { m.set_trial_id(Id("t", draw.b, 2)); };
  const auto bid = [&](auto& m) { m.set_bid_id(Id("b", draw.b, 3)); };
  const char* currency = draw.c % 5 == 4 ? "EUR" : "CNY";
  switch (draw.kind % 16) {
    case 0:
      return add(v1::OpportunityOpened(), [&](auto& m) {
        opportunity(m);
        m.set_stage(static_cast<v1::ProcurementStage>(draw.c % 8));
        if (draw.c % 2 == 0) *m.mutable_expected_amount() = reference::Money(5, currency);
      });
    case 1:
    case 2:
      return add(v1::OpportunityStageChanged(), [&](auto& m) {
        opportunity(m);
        m.set_stage(static_cast<v1::ProcurementStage>(1 + draw.c % 7));
      });
    case 3:
      return add(v1::OpportunityWon(), [&](auto& m) {
        opportunity(m);
        if (draw.c % 2 == 0) *m.mutable_amount() = reference::Money(7, currency);
      });
    case 4:
      return add(v1::OpportunityLost(), opportunity);
    case 5:
      return add(v1::OpportunityAbandoned(), opportunity);
    case 6:
    case 7:
      return add(v1::JointProjectStarted(), project);
    case 8:
      return add(v1::JointProjectEnded(), project);
    case 9:
      return add(v1::TrialStarted(), trial);
    case 10:
      return add(v1::TrialEnded(), trial);
    case 11:
      return add(v1::TenderAnnounced(), [&](auto& m) { m.set_tender_id(Id("tender", draw.b, 2)); });
    case 12:
      return add(v1::BidInvited(), bid);
    case 13:
      return add(v1::BidSubmitted(), bid);
    case 14:
      return draw.c % 2 == 0 ? add(v1::BidWon(), bid) : add(v1::BidLost(), bid);
    default:
      return add(v1::BidWithdrawn(), bid);
  }
}

void WriteOperatorEvent(Writer& writer, const Draw& draw) {
  v1::TierDeclared declared;
  declared.set_tier(static_cast<v1::Tier>(1 + draw.b % 4));
  declared.set_target_tier(static_cast<v1::Tier>(draw.c % 5));
  v1::TierOverridden overridden;
  overridden.set_tier(static_cast<v1::Tier>(1 + draw.b % 4));
  overridden.set_reason("agreed");
  *overridden.mutable_expires_at() = ToProto(Timestamp{writer.at().micros + 1 + draw.c * kMicrosPerDay});
  v1::ReferralRequested requested;
  requested.set_referral_id(Id("r", draw.b, 3));
  v1::ReferralReceived received;
  received.set_referral_id(Id("r", draw.b, 3));
  received.set_referred_account_id(draw.c % 4 == 3 ? "acme" : "other");
  v1::ReferralRecorded recorded;
  recorded.set_referral_id(Id("r", draw.b, 3));
  recorded.set_referring_account_id(Id("from", draw.c, 3));
  switch (draw.kind % 6) {
    case 0:
      return writer.Add(declared);
    case 1:
      writer.Add(overridden);
      if (draw.c % 4 != 3) return;
      writer.Wait(1 + draw.c * kMicrosPerDay);  // the instant it expires at
      return writer.Add(v1::KeyAccountDesignated());
    case 2:
      return writer.Add(v1::TierOverrideWithdrawn());
    case 3:
      return writer.Add(requested);
    case 4:
      return writer.Add(received);
    default:
      return writer.Add(recorded);
  }
}

}  // namespace guanxi::property
