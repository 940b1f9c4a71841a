#include "importers/generator/firm.h"

#include <algorithm>
#include <numeric>

#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

// Ranks in per mille of the accounts, from the top; the others are ordinary.
constexpr uint64_t kStrategicUpTo = 25;
constexpr uint64_t kPartnerUpTo = 85;
constexpr uint64_t kPreferredUpTo = 265;
constexpr uint64_t kKeyAccountsUpTo = 50;

// Revenue per year of the last STRATEGIC rank; Zipf with a flattened head around it.
constexpr int64_t kRevenueAtStrategicEdge = 500'000;

constexpr uint64_t kGroupEvery = 3;  // of the ranks above the partners' edge
constexpr uint64_t kJoinsGroupPerMille = 120;
constexpr uint64_t kReferredPerMille = 80;

Persona PersonaOfRank(uint64_t rank, uint64_t accounts) {
  const uint64_t per_mille = rank * 1000 / accounts;
  if (per_mille < kStrategicUpTo) return Persona::kStrategic;
  if (per_mille < kPartnerUpTo) return Persona::kPartner;
  return per_mille < kPreferredUpTo ? Persona::kPreferred : Persona::kOrdinary;
}

int64_t RevenueOfRank(uint64_t rank, uint64_t accounts) {
  const auto edge = static_cast<int64_t>(accounts * kStrategicUpTo);
  const auto flat = static_cast<int64_t>(accounts * 2);
  return kRevenueAtStrategicEdge * (edge + flat) / (static_cast<int64_t>(rank) * 1000 + flat + 1000);
}

Timestamp After(Timestamp t, int64_t micros) { return {t.micros + micros}; }

std::string Numbered(const char* prefix, uint32_t number, size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return prefix + text;
}

}  // namespace

Firm::Firm(const GeneratorOptions& options) : options_(options) {
  seller_count_ = std::max<uint32_t>(6, options.accounts / 40);
  manager_count_ = std::max<uint32_t>(2, seller_count_ / 8);
  Random random(Mix(options.seed, 'f'));
  MakeAccounts(random);
  JoinGroups(random);
  MakeReferrals(random);
}

uint32_t Firm::ManagerOf(uint32_t seller, int32_t year) const {
  const bool moved = Mix(Mix(options_.seed, seller), static_cast<uint64_t>(year)) % 10 < 2;
  return (seller + (moved ? 1 : 0)) % manager_count_;
}

std::string Firm::AccountId(uint32_t index) { return Numbered("syn-", index + 1, 6); }
std::string Firm::EmployeeId(uint32_t seller) { return Numbered("seller-", seller + 1, 3); }
std::string Firm::ManagerId(uint32_t manager) { return Numbered("manager-", manager + 1, 2); }
std::string Firm::RegionOf(uint32_t manager) { return std::string(kRegions[manager % kRegionCount]); }

void Firm::MakeAccounts(Random& random) {
  const uint32_t n = options_.accounts;
  std::vector<uint32_t> ranks(n);
  std::iota(ranks.begin(), ranks.end(), 0);
  for (uint32_t i = n; i > 1; --i) std::swap(ranks[i - 1], ranks[random.Below(i)]);
  accounts_.resize(n);
  for (uint32_t i = 0; i < n; ++i) {
    AccountPlan& plan = accounts_[i];
    plan.index = i;
    plan.rank = ranks[i];
    plan.persona = plan.persona_after = PersonaOfRank(plan.rank, n);
    plan.key_account = uint64_t{plan.rank} * 1000 / n < kKeyAccountsUpTo;
    plan.chinese = random.PerMille(550);
    plan.industry = static_cast<uint8_t>(random.Below(kIndustryCount));
    plan.revenue_per_year = RevenueOfRank(plan.rank, n) * random.Between(850, 1150) / 1000;
    plan.growth = static_cast<int32_t>(random.Between(-150, 300));
    plan.signs_contracts = random.PerMille(TraitsOf(plan.persona).contract_share);
    plan.seller = static_cast<uint32_t>(random.Below(seller_count_));
    PlanLife(plan, random);
    PlanTrend(plan, random);
  }
}

// Large accounts are there from the beginning; of the others two in five come later.
void Firm::PlanLife(AccountPlan& plan, Random& random) const {
  const int64_t span = options_.to.micros - options_.from.micros;
  const bool early = plan.persona >= Persona::kPartner || random.PerMille(600);
  const int64_t latest = early ? std::min(span / 4, 45 * kMicrosPerDay) : span * 4 / 5;
  const int64_t day = random.Between(0, latest) / kMicrosPerDay;
  plan.opens = After(options_.from, day * kMicrosPerDay + random.Between(int64_t{7} * 60, int64_t{8} * 60) * 60 * kMicrosPerSecond);
  plan.leaves = plan.opens;
  while (plan.leaves < options_.to && !random.PerMille(TraitsOf(plan.persona).churn)) plan.leaves = After(plan.leaves, 30 * kMicrosPerDay);
  plan.leaves = After(plan.leaves, 30 * kMicrosPerDay);
}

// Some accounts develop, some decline, by one persona, in the middle of their time.
void Firm::PlanTrend(AccountPlan& plan, Random& random) const {
  plan.turns = kLatestTimestamp;
  const bool rises = plan.persona < Persona::kPartner && random.PerMille(50);
  const bool falls = !rises && plan.persona > Persona::kOrdinary && random.PerMille(80);
  if (!rises && !falls) return;
  plan.persona_after = static_cast<Persona>(static_cast<int>(plan.persona) + (rises ? 1 : -1));
  plan.growth += rises ? 400 : -400;
  plan.signs_contracts = plan.signs_contracts || (rises && plan.persona_after >= Persona::kPartner);
  const int64_t left = options_.to.micros - plan.opens.micros;
  plan.turns = After(plan.opens, left / 4 + random.Between(0, std::max<int64_t>(left / 4, 1)));
}

void Firm::JoinGroups(Random& random) {
  std::vector<uint32_t> groups;
  for (AccountPlan& plan : accounts_) {
    plan.is_group = plan.persona >= Persona::kPartner && plan.rank % kGroupEvery == 0;
    if (plan.is_group) groups.push_back(plan.index);
  }
  if (groups.empty()) return;
  for (AccountPlan& plan : accounts_)
    if (!plan.is_group && random.PerMille(kJoinsGroupPerMille)) plan.group = random.Pick(groups);
}

// Those who come later are sent by a good customer who was there a month before them: no circles.
void Firm::MakeReferrals(Random& random) {
  std::vector<uint32_t> good;
  for (const AccountPlan& plan : accounts_)
    if (plan.persona >= Persona::kPreferred) good.push_back(plan.index);
  if (good.empty()) return;
  for (const AccountPlan& plan : accounts_) {
    if (!random.PerMille(kReferredPerMille)) continue;
    const AccountPlan& by = accounts_[random.Pick(good)];
    const Timestamp at = After(plan.opens, -3 * kMicrosPerDay);
    if (After(by.opens, 30 * kMicrosPerDay) < at && at < by.leaves) referrals_.push_back({by.index, plan.index, at});
  }
  std::sort(referrals_.begin(), referrals_.end(),
            [](const Referral& a, const Referral& b) { return a.referring != b.referring ? a.referring < b.referring : a.at < b.at; });
}

}  // namespace guanxi::importers::generator
