#include "tools/guanxi/account_text.h"

#include "tools/guanxi/table.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

constexpr int kBarCells = 20;
constexpr int kDimensionMax = 1000;

// "ACCOUNT_TYPE_GROUP" without "ACCOUNT_TYPE_"; empty for unspecified.
template <class Enum>
std::string Label(const std::string& name, Enum value, size_t prefix) {
  return value == 0 || name.size() <= prefix ? "" : name.substr(prefix);
}

void AddLine(Table& table, const std::string& name, const std::string& value) {
  if (!value.empty()) table.AddRow({name, value});
}

std::string AuthorText(const guanxi::v1::Evidence& evidence) {
  return evidence.actor().empty() ? "" : " (" + evidence.actor() + ", " + FormatPosition(evidence.position()) + ")";
}

std::string DeclaredText(const guanxi::v1::DeclaredTier& declared) {
  std::string text = FormatTier(declared.tier()) + " since " + FormatTime(declared.since());
  if (declared.target_tier() != guanxi::event::v1::TIER_UNSPECIFIED) text += ", target " + FormatTier(declared.target_tier());
  if (declared.has_target_by()) text += " by " + FormatTime(declared.target_by());
  return text + AuthorText(declared.evidence());
}

std::string OverrideText(const guanxi::v1::TierOverride& given) {
  std::string text = FormatTier(given.tier()) + " since " + FormatTime(given.since());
  if (given.has_expires_at()) text += " until " + FormatTime(given.expires_at());
  return text + ": " + given.reason() + AuthorText(given.evidence());
}

std::string TierText(const guanxi::v1::Account& account) {
  std::string text = FormatTier(account.computed_tier());
  return account.has_computed_since() ? text + " since " + FormatTime(account.computed_since()) : text;
}

std::string ScoreText(const guanxi::v1::Account& account) {
  return account.has_score() ? std::to_string(account.score()) + " of 1000" : "none: no dimension is applicable";
}

Table Identity(const guanxi::v1::Account& account) {
  Table table({{"account"}, {account.account_id().empty() ? "" : Shown(account.account_id())}});
  AddLine(table, "name", account.name());
  AddLine(table, "type",
          Label(guanxi::event::v1::AccountType_Name(account.account_type()), account.account_type(), sizeof("ACCOUNT_TYPE_") - 1));
  AddLine(table, "industry", account.industry());
  AddLine(table, "region", account.region());
  AddLine(
      table, "owner",
      account.owner().empty() || account.manager().empty() ? account.owner() : account.owner() + " (manager " + account.manager() + ")");
  AddLine(table, "group", account.group_account_id());
  AddLine(table, "key account", account.key_account() ? "yes" : "no");
  for (const auto& id : account.external_ids()) AddLine(table, "external id", id.system() + ":" + id.external_id());
  AddLine(table, "referred by", account.referred_by_account_id());
  AddLine(table, "computed tier", TierText(account));
  if (account.has_declared()) AddLine(table, "declared tier", DeclaredText(account.declared()));
  if (account.has_tier_override()) AddLine(table, "override", OverrideText(account.tier_override()));
  AddLine(table, "score", ScoreText(account));
  AddLine(table, "events",
          FormatCount(account.account_version()) + ", first " + FormatTime(account.first_event_at()) + ", last " +
              FormatTime(account.last_event_at()));
  AddLine(table, "policy", account.policy());
  if (account.parked_event_count() > 0)
    AddLine(table, "parked", FormatCount(account.parked_event_count()) + " events wait for repair: this may lack them");
  return table;
}

std::string ValueText(const guanxi::v1::Dimension& dimension) { return dimension.applicable() ? std::to_string(dimension.value()) : "-"; }

std::string Dimensions(const guanxi::v1::Account& account) {
  if (account.dimensions().empty()) return "";
  Table table({{"dimension"}, {"0-1000", Align::kRight}, {""}, {"weight", Align::kRight}});
  for (const auto& dimension : account.dimensions())
    table.AddRow({dimension.name(), ValueText(dimension),
                  dimension.applicable() ? Bar(dimension.value(), kDimensionMax, kBarCells) : "no evidence",
                  std::to_string(dimension.weight())});
  return "\n" + table.Render();
}

struct CountLine {
  const char *one, *many;
  uint64_t (guanxi::v1::AccountCounts::*count)() const;
};

constexpr CountLine kCounts[] = {{"contact", "contacts", &guanxi::v1::AccountCounts::contacts},
                                 {"visit", "visits", &guanxi::v1::AccountCounts::visits},
                                 {"order", "orders", &guanxi::v1::AccountCounts::orders},
                                 {"open opportunity", "open opportunities", &guanxi::v1::AccountCounts::open_opportunities},
                                 {"won", "won", &guanxi::v1::AccountCounts::won_opportunities},
                                 {"lost", "lost", &guanxi::v1::AccountCounts::lost_opportunities},
                                 {"abandoned", "abandoned", &guanxi::v1::AccountCounts::abandoned_opportunities},
                                 {"open bid", "open bids", &guanxi::v1::AccountCounts::open_bids},
                                 {"active contract", "active contracts", &guanxi::v1::AccountCounts::active_contracts},
                                 {"open invoice", "open invoices", &guanxi::v1::AccountCounts::open_invoices},
                                 {"open complaint", "open complaints", &guanxi::v1::AccountCounts::open_complaints},
                                 {"open action item", "open action items", &guanxi::v1::AccountCounts::open_action_items},
                                 {"overdue action item", "overdue action items", &guanxi::v1::AccountCounts::overdue_action_items},
                                 {"anomaly", "anomalies", &guanxi::v1::AccountCounts::anomalies},
                                 {"unknown event", "unknown events", &guanxi::v1::AccountCounts::unknown_events}};

std::string Counts(const guanxi::v1::AccountCounts& counts) {
  std::string text;
  for (const CountLine& line : kCounts)
    if (const uint64_t count = (counts.*line.count)(); count > 0)
      text += (text.empty() ? "" : ", ") + FormatCount(count) + " " + (count == 1 ? line.one : line.many);
  if (const uint64_t decided = counts.won_opportunities() + counts.lost_opportunities(); decided > 0)
    text += ", win rate " + std::to_string((200 * counts.won_opportunities() + decided) / (2 * decided)) + "%";
  return text.empty() ? "" : "\n" + text + "\n";
}

std::string Totals(const guanxi::v1::Account& account) {
  if (account.totals().empty()) return "";
  Table table({{"currency"}, {"net revenue, 12 months", Align::kRight}, {"in all", Align::kRight}, {"open receivables", Align::kRight}});
  for (const auto& total : account.totals())
    table.AddRow({total.currency_code(), FormatMicros(total.net_revenue_12_months_micros()), FormatMicros(total.net_revenue_total_micros()),
                  FormatMicros(total.open_receivables_micros())});
  return "\n" + table.Render();
}

std::string Freshness(const guanxi::v1::ReadAt& read_at) {
  std::string text = "\nas of " + FormatTime(read_at.valid_to());
  for (const auto& position : read_at.positions()) text += ", " + FormatPosition(position);
  return text + "\n";
}

std::string EvidenceText(const guanxi::v1::Evidence& evidence) {
  return FormatTime(evidence.occurred_at()) + "  " + ShortType(evidence.type()) + "  " + evidence.id() + "  (" + evidence.source() + ", " +
         FormatPosition(evidence.position()) + ")";
}

std::string DimensionReasons(const guanxi::v1::ExplainAccountResponse& why) {
  std::string text;
  for (const auto& reason : why.dimensions()) {
    text += "\n" + Shown(reason.dimension().name()) + " " + ValueText(reason.dimension()) + ": " + Shown(reason.calculation()) + "\n";
    for (const auto& evidence : reason.evidence()) text += "    " + Shown(EvidenceText(evidence)) + "\n";
  }
  return text;
}

std::string Gates(const guanxi::v1::ExplainAccountResponse& why) {
  if (why.gates().empty()) return "";
  Table table({{"gate"}, {"tier"}, {""}, {"detail"}});
  for (const auto& gate : why.gates())
    table.AddRow({gate.gate(), FormatTier(gate.tier()), gate.passed() ? "passed" : "FAILED", gate.detail()});
  return "\n" + table.Render();
}

std::string MissingText(const guanxi::v1::ExplainAccountResponse& why) {
  if (why.missing_for_next_tier().empty()) return "\nnothing is missing: this is the highest tier\n";
  Table table({{"missing for the next tier"}, {"detail"}});
  for (const auto& missing : why.missing_for_next_tier()) table.AddRow({missing.requirement(), missing.detail()});
  return "\n" + table.Render();
}

std::string KindText(guanxi::v1::ChangeKind kind) {
  if (kind == guanxi::v1::CHANGE_KIND_RESTATED) return "  (restated)";
  if (kind == guanxi::v1::CHANGE_KIND_RETRACTED) return "  (retracted)";
  return "";
}

}  // namespace

std::string DescribeAccount(const guanxi::v1::Account& account, const guanxi::v1::ReadAt& read_at) {
  return Identity(account).Render() + Dimensions(account) + Counts(account.counts()) + Totals(account) + Freshness(read_at);
}

std::string DescribeWhy(const guanxi::v1::ExplainAccountResponse& why) {
  const auto& account = why.account();
  std::string text = Shown(account.account_id()) + " is " + TierText(account) + ", score " + ScoreText(account) + ", by policy " +
                     Shown(account.policy()) + "\n";
  if (!why.evidence_note().empty()) text += "note: " + Shown(why.evidence_note()) + "\n";
  text += Dimensions(account) + DimensionReasons(why) + "\nscore: " + Shown(why.score_calculation()) + "\n" + Gates(why) + MissingText(why);
  if (!why.history().empty()) text += "\nhistory\n";
  for (const auto& change : why.history()) {
    text += "  " + DescribeChange(change);
    for (const auto& evidence : change.evidence()) text += "      " + Shown(EvidenceText(evidence)) + "\n";
  }
  for (const auto& anomaly : why.anomalies()) text += "anomaly: " + Shown(anomaly) + "\n";
  return text + Freshness(why.read_at());
}

std::string DescribeAccounts(const google::protobuf::RepeatedPtrField<guanxi::v1::Account>& accounts) {
  Table table(
      {{"account"}, {"name"}, {"tier"}, {"score", Align::kRight}, {"revenue, 12 months", Align::kRight}, {""}, {"owner"}, {"last event"}});
  for (const auto& account : accounts) {
    const bool sold = !account.totals().empty();
    table.AddRow({account.account_id(), account.name(), FormatTier(account.computed_tier()),
                  account.has_score() ? std::to_string(account.score()) : "-",
                  sold ? FormatMicros(account.totals(0).net_revenue_12_months_micros()) : "", sold ? account.totals(0).currency_code() : "",
                  account.owner(), FormatTime(account.last_event_at())});
  }
  return table.Render();
}

std::string DescribeChange(const guanxi::v1::TierChange& change) {
  return FormatTime(change.valid_from()) + "  " + Shown(change.account_id()) + "  " + FormatTier(change.from()) + " -> " +
         FormatTier(change.to()) + "  " + Shown(change.decided_by()) + "; policy " + Shown(change.policy()) + KindText(change.kind()) +
         "\n";
}

}  // namespace guanxi::cli
