#include "importers/generator/story.h"

#include <algorithm>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

constexpr uint64_t kOwnerChangesPerMille = 10;
constexpr uint64_t kRegionChangesPerMille = 4;
constexpr uint64_t kExternalIdChangesPerMille = 4;
constexpr uint64_t kGroupLeftPerMille = 8;
constexpr uint64_t kOverriddenPerMille = 8;
constexpr uint64_t kOverrideWithdrawnPerMille = 400;
constexpr uint64_t kDesignationDroppedPerMille = 4;
constexpr int32_t kJanuary = 0;

ev::Tier TierOf(Persona persona) { return static_cast<ev::Tier>(static_cast<int>(persona) + ev::TIER_ORDINARY); }

int32_t YearOf(Month month) { return (month.index - ((month.index % 12) + 12) % 12) / 12; }

}  // namespace

Story::Story(const GeneratorOptions& options, const Firm& firm, const AccountPlan& plan, Outbox& outbox)
    : options_(options),
      firm_(firm),
      plan_(plan),
      random_(Mix(Mix(options.seed, 's'), plan.index)),
      diary_(outbox, Firm::AccountId(plan.index)),
      seller_(plan.seller) {}

void Story::Live(Month month, uint64_t activity) {
  Scene scene = MakeScene(month, activity);
  if (left_ || scene.begin >= scene.end) return;
  if (scene.opening) Open(scene);
  ChangeOwner(scene);
  scene.owner = Firm::EmployeeId(seller_);
  KeepRecords(scene);
  KeepGroup(scene);
  KeepDesignation(scene);
  DeclareTier(scene);
  OverrideTier(scene);
  people_.Live(scene);
  pursuit_.Live(scene);
  trade_.Live(scene, pursuit_.project_id());
  care_.Live(scene, people_.SomeContact(scene));
  Refer(scene);
  if (plan_.leaves > scene.end) return;
  left_ = true;
  trade_.Leave(scene, {scene.end.micros - 1});
}

Scene Story::MakeScene(Month month, uint64_t activity) {
  const BusinessCalendar calendar(options_.utc_offset_micros);
  const Timestamp month_begin = calendar.StartOf(month);
  const Timestamp month_end = calendar.StartOf(Month{month.index + 1});
  // The first hour belongs to the opening itself.
  const Timestamp begin = std::max({month_begin, options_.from, Timestamp{plan_.opens.micros + kMicrosPerHour}});
  const Timestamp end = std::min({month_end, options_.to, plan_.leaves});
  Scene scene{.options = options_,
              .firm = firm_,
              .plan = plan_,
              .random = random_,
              .diary = diary_,
              .calendar = calendar,
              .begin = begin,
              .end = end};
  scene.opening = !opened_;
  scene.persona = plan_.PersonaAt(begin);
  const int64_t length = std::max<int64_t>(0, end.micros - begin.micros);
  scene.activity = activity * static_cast<uint64_t>(length / kMicrosPerHour) /
                   static_cast<uint64_t>((month_end.micros - month_begin.micros) / kMicrosPerHour);
  return scene;
}

void Story::Open(Scene& scene) {
  opened_ = true;
  Timestamp at = plan_.opens;
  const auto next = [&at] { return at = Timestamp{at.micros + kMicrosPerMinute}; };
  ev::AccountOpened opened;
  opened.set_name(CompanyName(random_, plan_.chinese, plan_.industry));
  const auto type = static_cast<ev::AccountType>(random_.Between(ev::ACCOUNT_TYPE_REGIONAL_AGENT, ev::ACCOUNT_TYPE_LARGE_INDUSTRIAL));
  opened.set_account_type(plan_.is_group ? ev::ACCOUNT_TYPE_GROUP : type);
  opened.set_industry(std::string(kIndustries[plan_.industry].name));
  opened.set_ownership(plan_.chinese && random_.PerMille(350) ? ev::OWNERSHIP_STATE_OWNED : ev::OWNERSHIP_PRIVATE);
  opened.set_region(std::string(kRegions[(plan_.chinese ? 0 : kRegionCount / 2) + random_.Below(kRegionCount / 2)]));
  opened.set_currency_code(options_.currency);
  diary_.Write(at, opened);
  ev::ExternalIdLinked linked;
  linked.set_system("erp");
  linked.set_external_id(std::to_string(100'000 + plan_.index));
  diary_.Write(next(), linked);
  AssignOwner(scene, next(), plan_.seller);
  if (plan_.group == kNobody) return;
  group_ = plan_.group;
  ev::GroupJoined joined;
  joined.set_group_account_id(Firm::AccountId(group_));
  diary_.Write(next(), joined);
}

void Story::AssignOwner(Scene& scene, Timestamp at, uint32_t seller) {
  seller_ = seller;
  const uint32_t manager = firm_.ManagerOf(seller, YearOf(scene.calendar.MonthOf(at)));
  ev::OwnerAssigned assigned;
  assigned.set_owner(Firm::EmployeeId(seller));
  assigned.set_manager(Firm::ManagerId(manager));
  assigned.set_region(Firm::RegionOf(manager));
  diary_.SetActor(assigned.owner());
  diary_.Write(at, assigned);
}

// Another seller now and then; in January the same one may have another manager.
void Story::ChangeOwner(Scene& scene) {
  if (scene.opening) return;
  const Month month = scene.calendar.MonthOf(scene.begin);
  const int32_t year = YearOf(month);
  if (random_.PerMille(kOwnerChangesPerMille)) {
    AssignOwner(scene, scene.EarlyInMonth(), static_cast<uint32_t>(random_.Below(firm_.seller_count())));
  } else if (month.index % 12 == kJanuary && firm_.ManagerOf(seller_, year) != firm_.ManagerOf(seller_, year - 1)) {
    AssignOwner(scene, scene.EarlyInMonth(), seller_);
  }
}

void Story::KeepRecords(Scene& scene) {
  if (random_.PerMille(kRegionChangesPerMille)) {
    ev::AccountChanged changed;
    changed.set_region(std::string(kRegions[(plan_.chinese ? 0 : kRegionCount / 2) + random_.Below(kRegionCount / 2)]));
    diary_.Write(scene.WorkTime(), changed);
  }
  if (!random_.PerMille(kExternalIdChangesPerMille)) return;
  const Month month = scene.calendar.MonthOf(scene.begin);
  const std::string id = "crm-" + std::to_string(plan_.index) + "-" + std::to_string(month.index);
  ev::ExternalIdLinked linked;
  linked.set_system("crm");
  linked.set_external_id(id);
  const Timestamp at = scene.WorkTime();
  diary_.Write(at, linked);
  if (random_.PerMille(500)) return;
  ev::ExternalIdUnlinked unlinked;
  unlinked.set_system("crm");
  unlinked.set_external_id(id);
  diary_.Write(scene.DaysLater(at, 10, 60), unlinked);
}

void Story::KeepGroup(Scene& scene) {
  if (group_ == kNobody || scene.opening || !random_.PerMille(kGroupLeftPerMille)) return;
  ev::GroupLeft left;
  left.set_group_account_id(Firm::AccountId(group_));
  diary_.Write(scene.WorkTime(), left);
  group_ = kNobody;
}

// Key accounts are designated in their second month or later, and lose it when they decline.
void Story::KeepDesignation(Scene& scene) {
  const bool declined = plan_.persona_after < plan_.persona && scene.begin >= plan_.turns;
  if (plan_.key_account && !designated_ && !declined && !scene.opening && random_.PerMille(500)) {
    ev::KeyAccountDesignated designated;
    designated.set_reason("volume and regular purchases");
    diary_.Write(scene.WorkTime(), designated);
    designated_ = true;
  } else if (designated_ && (declined || random_.PerMille(kDesignationDroppedPerMille))) {
    ev::KeyAccountUndesignated dropped;
    dropped.set_reason(declined ? "volume fell" : "annual review");
    diary_.Write(scene.WorkTime(), dropped);
    designated_ = false;
  }
}

void Story::DeclareTier(Scene& scene) {
  const bool reviewed = scene.opening || scene.calendar.MonthOf(scene.begin).index % 12 == kJanuary;
  if (!plan_.key_account || !reviewed) return;
  ev::TierDeclared declared;
  const ev::Tier tier = TierOf(scene.persona);
  declared.set_tier(tier);
  declared.set_target_tier(static_cast<ev::Tier>(std::min<int>(tier + 1, ev::TIER_STRATEGIC)));
  const Timestamp at = scene.WorkTime();
  *declared.mutable_target_by() = codec::ToProto(scene.calendar.AddMonths(at, 12));
  declared.set_plan("executive meetings, a long contract, a joint project");
  diary_.Write(at, declared);
}

void Story::OverrideTier(Scene& scene) {
  if (scene.persona < Persona::kPreferred || !random_.PerMille(kOverriddenPerMille)) return;
  const Timestamp at = scene.WorkTime();
  ev::TierOverridden overridden;
  overridden.set_tier(static_cast<ev::Tier>(std::min<int>(TierOf(scene.persona) + 1, ev::TIER_STRATEGIC)));
  overridden.set_reason("framework agreement about to be signed");
  *overridden.mutable_expires_at() = codec::ToProto({at.micros + 60 * kMicrosPerDay});
  diary_.Write(at, overridden);
  if (!random_.PerMille(kOverrideWithdrawnPerMille)) return;
  ev::TierOverrideWithdrawn withdrawn;
  withdrawn.set_reason("signed");
  diary_.Write(scene.DaysLater(at, 5, 50), withdrawn);
}

void Story::Refer(Scene& scene) {
  const std::vector<Referral>& referrals = firm_.referrals();
  auto referral = std::lower_bound(referrals.begin(), referrals.end(), scene.begin, [this](const Referral& r, Timestamp begin) {
    return r.referring != plan_.index ? r.referring < plan_.index : r.at < begin;
  });
  for (; referral != referrals.end() && referral->referring == plan_.index && referral->at < scene.end; ++referral) {
    const std::string id = "f-" + std::to_string(++referrals_);
    ev::ReferralRequested requested;
    requested.set_referral_id(id);
    requested.set_contact_id(people_.SomeContact(scene));
    diary_.Write(std::max(scene.begin, Timestamp{referral->at.micros - kMicrosPerDay}), requested);
    ev::ReferralReceived received;
    received.set_referral_id(id);
    received.set_referred_account_id(Firm::AccountId(referral->referred));
    received.set_referral_class(random_.PerMille(400) ? ev::REFERRAL_CLASS_MOST_LIKELY : ev::REFERRAL_CLASS_LIKELY);
    diary_.Write(referral->at, received);
  }
}

}  // namespace guanxi::importers::generator
