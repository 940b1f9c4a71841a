// guanxi portfolio concentration|tiers
#include <fmt/format.h>

#include "codec/proto_time.h"
#include "guanxi/v1/portfolio_service.grpc.pb.h"
#include "tools/guanxi/arguments.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

using Stub = guanxi::v1::PortfolioService::Stub;

struct ConcentrationArguments {
  double share = 0.2;
  std::string currency;
  std::optional<Timestamp> from, to;
};

std::string DescribeConcentration(const guanxi::v1::GetConcentrationResponse& answer) {
  if (answer.accounts() == 0) return fmt::format("no account has net revenue above 0 in {} and in these months\n", answer.currency_code());
  Table table({{"concentration of net revenue"}, {answer.currency_code(), Align::kRight}});
  table.AddRow({"net revenue", FormatMicros(answer.net_revenue_micros())});
  table.AddRow({"accounts with revenue", FormatCount(answer.accounts())});
  table.AddRow({"left out (0 or less)", FormatCount(answer.accounts_not_positive())});
  table.AddRow({"top accounts", FormatCount(answer.top_accounts())});
  table.AddRow({"they bring", fmt::format("{:.2f}%", answer.share() * 100)});
  table.AddRow({"accounts for 80%", FormatCount(answer.accounts_for_80_percent())});
  table.AddRow({"Gini", fmt::format("{:.4f}", answer.gini())});
  table.AddRow({"HHI (0-10000)", fmt::format("{:.1f}", answer.hhi())});
  return table.Render();
}

absl::Status RunConcentration(Context& context, const ConcentrationArguments& arguments) {
  guanxi::v1::GetConcentrationRequest request;
  request.set_share(arguments.share);
  request.set_currency_code(arguments.currency);
  if (arguments.from) *request.mutable_from() = codec::ToProto(*arguments.from);
  if (arguments.to) *request.mutable_to() = codec::ToProto(*arguments.to);
  return PrintAnswer(context, context.Ask(&Stub::GetConcentration, request), DescribeConcentration);
}

void AddConcentration(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<ConcentrationArguments>();
  CLI::App* command = noun->add_subcommand("concentration", "How much of the net revenue the largest accounts bring");
  command->add_option("--share", arguments->share, "Share of the accounts that counts as the top")
      ->capture_default_str()
      ->check(CLI::Range(1e-9, 1.0));
  command->add_option("--currency", arguments->currency, "ISO 4217; default: that of most accounts");
  AddTime(command, "--from", arguments->from, "From its month on");
  AddTime(command, "--to", arguments->to, "Up to its month, inclusive");
  OnRun(command, context, arguments, "guanxi portfolio concentration --share 0.2 --from 2011-01-01", RunConcentration);
}

struct NoArguments {};

std::string DescribeTiers(const guanxi::v1::GetTierDistributionResponse& answer) {
  constexpr int kCells = 30;
  uint64_t all = 0;
  for (const auto& tier : answer.tiers()) all += tier.accounts();
  Table table({{"tier"}, {"accounts", Align::kRight}, {"", Align::kRight}, {""}});
  for (const auto& tier : answer.tiers()) {
    const double part = all == 0 ? 0 : static_cast<double>(tier.accounts()) / static_cast<double>(all);
    table.AddRow({FormatTier(tier.tier()), FormatCount(tier.accounts()), fmt::format("{:.1f}%", part * 100),
                  Bar(static_cast<int64_t>(tier.accounts()), static_cast<int64_t>(all), kCells)});
  }
  table.AddRow({"all", FormatCount(all)});
  return table.Render();
}

absl::Status RunTiers(Context& context, const NoArguments&) {
  return PrintAnswer(context, context.Ask(&Stub::GetTierDistribution, guanxi::v1::GetTierDistributionRequest()), DescribeTiers);
}

}  // namespace

void AddPortfolio(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("portfolio", "Figures over all accounts");
  noun->require_subcommand(1);
  AddConcentration(noun, context);
  CLI::App* tiers = noun->add_subcommand("tiers", "How many accounts are in each computed tier");
  OnRun(tiers, context, std::make_shared<NoArguments>(), "guanxi portfolio tiers", RunTiers);
}

}  // namespace guanxi::cli
