#include "guanxid/portfolio_service.h"

#include <map>
#include <optional>
#include <unordered_map>

#include "base/reason.h"
#include "guanxid/concentration.h"
#include "guanxid/read_at.h"
#include "guanxid/unary.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

constexpr double kShareDefault = 0.2;

using AmountsOfAccounts = std::unordered_map<uint64_t, int128>;
using AmountsByCurrency = std::map<relations::CurrencyCode, AmountsOfAccounts>;

absl::StatusOr<Month> MonthOf(const Node& node, bool given, const google::protobuf::Timestamp& proto, Timestamp otherwise,
                              const char* field) {
  if (!given) return node.cluster.calendar().MonthOf(otherwise);
  const std::optional<Timestamp> time = rpc::FromProto(proto);
  if (time) return node.cluster.calendar().MonthOf(*time);
  return Refuse(Reason::REQUEST_INVALID, "the time lies outside the years 1-9999", {{"field", field}});
}

absl::StatusOr<AmountsByCurrency> SumMonths(const std::vector<partition::ViewPtr>& views, Month from, Month to) {
  AmountsByCurrency sums;
  for (const partition::ViewPtr& view : views) {
    const absl::Status scanned = partition::ScanMonths(*view, from, to, [&](const partition::MonthlyRevenue& month) {
      sums[month.currency][uint64_t{view->partition.value} << 32 | month.account.value] += month.net_revenue;
    });
    if (!scanned.ok()) return scanned;
  }
  return sums;
}

relations::CurrencyCode CurrencyOfMost(const AmountsByCurrency& sums) {
  relations::CurrencyCode most;
  size_t accounts = 0;
  for (const auto& [currency, amounts] : sums) {
    if (amounts.size() <= accounts) continue;
    most = currency;
    accounts = amounts.size();
  }
  return most;
}

void SetAnswer(const Concentration& figures, relations::CurrencyCode currency, v1::GetConcentrationResponse& response) {
  response.set_share(figures.share);
  response.set_gini(figures.gini);
  response.set_hhi(figures.hhi);
  response.set_accounts_for_80_percent(figures.accounts_for_80_percent);
  response.set_accounts(figures.accounts);
  response.set_top_accounts(figures.top_accounts);
  response.set_accounts_not_positive(figures.accounts_not_positive);
  response.set_currency_code(std::string(currency.view()));
  response.set_net_revenue_micros(FormatInt128(figures.net));
}

absl::Status GetConcentration(const Node& node, const v1::GetConcentrationRequest& request, v1::GetConcentrationResponse& response) {
  const double share = request.share() == 0 ? kShareDefault : request.share();
  if (!(share > 0 && share <= 1)) return Refuse(Reason::REQUEST_INVALID, "share lies above 0 and is at most 1", {{"field", "share"}});
  const absl::StatusOr<Month> from = MonthOf(node, request.has_from(), request.from(), kEarliestTimestamp, "from");
  if (!from.ok()) return from.status();
  const absl::StatusOr<Month> to = MonthOf(node, request.has_to(), request.to(), kLatestTimestamp, "to");
  if (!to.ok()) return to.status();
  if (*to < *from) return Refuse(Reason::REQUEST_INVALID, "`to` lies before `from`", {{"field", "to"}});
  const std::optional<relations::CurrencyCode> asked = relations::CurrencyCode::Parse(request.currency_code());
  if (!request.currency_code().empty() && !asked) {
    return Refuse(Reason::REQUEST_INVALID, "a currency code is three capital letters", {{"field", "currency_code"}});
  }
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  absl::StatusOr<AmountsByCurrency> sums = SumMonths(*views, *from, *to);
  if (!sums.ok()) return sums.status();
  const relations::CurrencyCode currency = asked ? *asked : CurrencyOfMost(*sums);
  std::vector<int128> amounts;
  for (const auto& [account, amount] : (*sums)[currency]) amounts.push_back(amount);
  SetAnswer(ConcentrationOf(std::move(amounts), share), currency, response);
  *response.mutable_read_at() = ReadAtOf(node, *views);
  return absl::OkStatus();
}

absl::Status GetTierDistribution(const Node& node, const v1::GetTierDistributionRequest& request,
                                 v1::GetTierDistributionResponse& response) {
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  std::map<int, uint64_t> accounts;
  for (const partition::ViewPtr& view : *views) {
    const absl::StatusOr<std::vector<uint64_t>> counts = partition::CountByTier(*view);
    if (!counts.ok()) return counts.status();
    for (size_t tier = 0; tier < counts->size(); ++tier) accounts[static_cast<int>(tier)] += (*counts)[tier];
  }
  for (const auto tier : {event::v1::TIER_ORDINARY, event::v1::TIER_PREFERRED, event::v1::TIER_PARTNER, event::v1::TIER_STRATEGIC}) {
    v1::TierCount& count = *response.add_tiers();
    count.set_tier(tier);
    count.set_accounts(accounts[tier]);
  }
  *response.mutable_read_at() = ReadAtOf(node, *views);
  return absl::OkStatus();
}

}  // namespace

GUANXI_ANSWER(PortfolioService, GetConcentration)
GUANXI_ANSWER(PortfolioService, GetTierDistribution)

}  // namespace guanxi::service
