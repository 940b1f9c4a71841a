#include "importers/crm.h"

#include <algorithm>
#include <set>
#include <utility>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "importers/crm_tables.h"

namespace guanxi::importers {
namespace {

namespace ev = guanxi::event::v1;

constexpr const char* kFiles[] = {"accounts.csv", "sales_teams.csv", "products.csv", "sales_pipeline.csv"};

// What the first reading of the pipeline finds out about an account.
struct Dealings {
  std::optional<Timestamp> first_engaged_at;
  std::map<std::string, uint64_t> opportunities_by_agent;
};

struct Survey {
  std::map<std::string, Dealings> by_account;
  // A file without any date leaves the accounts at 1970-01-01.
  std::optional<Timestamp> first_engaged_at;
};

class NoSink final : public EventSink {
 public:
  absl::Status Accept(guanxi::v1::NewEvent&&) override { return absl::OkStatus(); }
};

void SetMoney(ev::Money& money, int64_t micros, const std::string& currency) {
  money.set_micros(micros);
  money.set_currency_code(currency);
}

class CrmImport {
 public:
  CrmImport(const std::string& directory, const CrmTables& tables, ImportRun& run)
      : directory_(directory), tables_(tables), run_(run), currency_(run.CurrencyOr("USD")) {}

  absl::Status Run() {
    absl::Status status = TakeSurvey();
    for (auto account = tables_.accounts.begin(); status.ok() && account != tables_.accounts.end(); ++account)
      status = EmitAccount(*account);
    return status.ok() ? EmitPipeline() : status;
  }

 private:
  absl::Status TakeSurvey();
  absl::Status EmitAccount(const CrmAccount& account);
  absl::Status EmitGroup(const CrmAccount& account, Timestamp at);
  absl::Status EmitOwner(const CrmAccount& account, Timestamp at);
  absl::Status EmitPipeline();
  absl::Status EmitOpened(const CrmOpportunity& opportunity);
  absl::Status EmitClosed(const CrmOpportunity& opportunity);
  absl::Status Emit(const std::string& account, std::string id, Timestamp at, const google::protobuf::Message& data) {
    return run_.Emit(MakeEvent(kCrmSource, account, std::move(id), at, data));
  }

  const std::string directory_;
  const CrmTables& tables_;
  ImportRun& run_;
  const std::string currency_;
  Survey survey_;
  std::set<std::string> parents_;
};

// The first reading; its rows are counted by the second one.
absl::Status CrmImport::TakeSurvey() {
  for (const CrmAccount& account : tables_.accounts)
    if (!account.parent.empty()) parents_.insert(account.parent);
  ImportOptions options = run_.options();
  options.progress = nullptr;
  ImportReport uncounted;
  NoSink sink;
  ImportRun run(options, sink, uncounted);
  auto pipeline = CrmPipeline::Open(directory_, tables_, run);
  if (!pipeline.ok()) return pipeline.status();
  while (true) {
    const auto next = pipeline->Next();
    if (!next.ok()) return next.status();
    if (!*next) return absl::OkStatus();
    const CrmOpportunity& opportunity = **next;
    Dealings& dealings = survey_.by_account[opportunity.account];
    const Timestamp at = opportunity.engaged_at;
    dealings.first_engaged_at = std::min(dealings.first_engaged_at.value_or(at), at);
    ++dealings.opportunities_by_agent[opportunity.agent];
    survey_.first_engaged_at = std::min(survey_.first_engaged_at.value_or(at), at);
  }
}

absl::Status CrmImport::EmitAccount(const CrmAccount& account) {
  const Timestamp at = survey_.by_account[account.name].first_engaged_at.value_or(survey_.first_engaged_at.value_or(Timestamp{}));
  ev::AccountOpened opened;
  opened.set_name(account.name);
  opened.set_industry(account.sector);
  opened.set_region(account.location);
  opened.set_currency_code(currency_);
  if (parents_.contains(account.name)) opened.set_account_type(ev::ACCOUNT_TYPE_GROUP);
  absl::Status emitted = Emit(account.name, "opened", at, opened);
  if (emitted.ok()) emitted = EmitGroup(account, at);
  return emitted.ok() ? EmitOwner(account, at) : emitted;
}

absl::Status CrmImport::EmitGroup(const CrmAccount& account, Timestamp at) {
  if (account.parent.empty()) return absl::OkStatus();
  if (!tables_.account_index.contains(account.parent)) run_.Note(Outcome::kUnknownParent);
  ev::GroupJoined joined;
  joined.set_group_account_id(account.parent);
  return Emit(account.name, "group", at, joined);
}

absl::Status CrmImport::EmitOwner(const CrmAccount& account, Timestamp at) {
  const auto& counts = survey_.by_account[account.name].opportunities_by_agent;
  const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.end()) return absl::OkStatus();
  ev::OwnerAssigned assigned;
  assigned.set_owner(most->first);
  if (const auto agent = tables_.agents.find(most->first); agent != tables_.agents.end()) {
    assigned.set_manager(agent->second.manager);
    assigned.set_region(agent->second.regional_office);
  }
  return Emit(account.name, "owner", at, assigned);
}

absl::Status CrmImport::EmitPipeline() {
  auto pipeline = CrmPipeline::Open(directory_, tables_, run_);
  if (!pipeline.ok()) return pipeline.status();
  while (true) {
    const auto next = pipeline->Next();
    if (!next.ok()) return next.status();
    if (!*next) return absl::OkStatus();
    absl::Status emitted = EmitOpened(**next);
    if (emitted.ok()) emitted = EmitClosed(**next);
    if (!emitted.ok()) return emitted;
  }
}

absl::Status CrmImport::EmitOpened(const CrmOpportunity& opportunity) {
  ev::OpportunityOpened opened;
  opened.set_opportunity_id(opportunity.id);
  opened.set_kind(ev::OPPORTUNITY_KIND_ACCOUNT);
  opened.set_name(opportunity.product);
  opened.set_owner(opportunity.agent);
  if (const auto product = tables_.products.find(opportunity.product); product != tables_.products.end()) {
    opened.set_business_line(product->second.series);
    SetMoney(*opened.mutable_expected_amount(), product->second.list_price_micros, currency_);
  }
  return Emit(opportunity.account, "opportunity-" + opportunity.id + "-opened", opportunity.engaged_at, opened);
}

absl::Status CrmImport::EmitClosed(const CrmOpportunity& opportunity) {
  const std::string id = "opportunity-" + opportunity.id + "-closed";
  if (opportunity.stage == DealStage::kWon) {
    ev::OpportunityWon won;
    won.set_opportunity_id(opportunity.id);
    SetMoney(*won.mutable_amount(), opportunity.value_micros, currency_);
    return Emit(opportunity.account, id, opportunity.closed_at, won);
  }
  if (opportunity.stage != DealStage::kLost) return absl::OkStatus();
  ev::OpportunityLost lost;
  lost.set_opportunity_id(opportunity.id);
  return Emit(opportunity.account, id, opportunity.closed_at, lost);
}

}  // namespace

absl::Status ImportCrm(const std::string& directory, const ImportOptions& options, EventSink& sink, ImportReport& report) {
  ImportRun run(options, sink, report);
  uint64_t bytes = 0;
  for (const char* file : kFiles) bytes += FileBytes(directory + "/" + file);
  run.ExpectBytes(bytes);
  const auto tables = ReadCrmTables(directory, run);
  if (!tables.ok()) return tables.status();
  return CrmImport(directory, *tables, run).Run();
}

}  // namespace guanxi::importers
