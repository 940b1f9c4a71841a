#include "importers/crm_tables.h"

#include <algorithm>
#include <utility>

#include "importers/crm.h"
#include "importers/text.h"

namespace guanxi::importers {
namespace {

// The spelling that is meant; a corrected one is counted.
std::string Corrected(std::string_view column, std::string_view text, ImportRun& run) {
  for (const CrmCorrection& correction : kCrmCorrections) {
    if (correction.column != column || correction.written != text) continue;
    run.Note(correction.counted_as);
    return std::string(correction.meant);
  }
  return std::string(text);
}

// Calls `take` for each whole row of the file until the end.
template <class Take>
absl::Status ForEachRow(const std::string& path, const std::vector<std::string>& columns, ImportRun& run, Take take) {
  auto table = CsvTable::Open(path, columns, run);
  if (!table.ok()) return table.status();
  while (true) {
    const auto more = table->Next();
    if (!more.ok()) return more.status();
    if (!*more) return absl::OkStatus();
    take(*table);
  }
}

void TakeAccount(const CsvTable& row, ImportRun& run, CrmTables& tables) {
  CrmAccount account{std::string(row.Field(0)), "", "", std::string(row.Field(3))};
  const bool parent_is_id = account.parent.empty() || IsPlainId(account.parent);
  if (!IsPlainId(account.name) || !parent_is_id)
    return run.Broken(Outcome::kBadId, row.line(), "account '" + account.name + "', subsidiary_of '" + account.parent + "'");
  if (!tables.account_index.try_emplace(account.name, tables.accounts.size()).second) return run.Skip(Outcome::kDuplicateKey);
  account.sector = Corrected("sector", row.Field(1), run);
  account.location = Corrected("office_location", row.Field(2), run);
  tables.accounts.push_back(std::move(account));
  run.Used();
}

void TakeAgent(const CsvTable& row, ImportRun& run, CrmTables& tables) {
  const std::string name(row.Field(0));
  if (!IsPlainId(name)) return run.Broken(Outcome::kBadId, row.line(), "sales_agent '" + name + "'");
  const CrmAgent agent{std::string(row.Field(1)), std::string(row.Field(2))};
  if (!tables.agents.try_emplace(name, agent).second) return run.Skip(Outcome::kDuplicateKey);
  run.Used();
}

void TakeProduct(const CsvTable& row, ImportRun& run, CrmTables& tables) {
  const std::string name(row.Field(0));
  const auto price = ParseMicros(row.Field(2));
  if (!IsPlainId(name)) return run.Broken(Outcome::kBadId, row.line(), "product '" + name + "'");
  if (!price || *price < 0) return run.Broken(Outcome::kBadNumber, row.line(), "sales_price '" + std::string(row.Field(2)) + "'");
  if (!tables.products.try_emplace(name, CrmProduct{std::string(row.Field(1)), *price}).second) return run.Skip(Outcome::kDuplicateKey);
  run.Used();
}

enum Column { kId, kAgent, kProduct, kAccount, kStage, kEngaged, kClosed, kValue };
const std::vector<std::string> kPipelineColumns = {"opportunity_id", "sales_agent", "product",    "account",
                                                   "deal_stage",     "engage_date", "close_date", "close_value"};

struct StageName {
  std::string_view name;
  DealStage stage;
};
constexpr StageName kStages[] = {
    {"Prospecting", DealStage::kProspecting}, {"Engaging", DealStage::kEngaging}, {"Won", DealStage::kWon}, {"Lost", DealStage::kLost}};

}  // namespace

absl::StatusOr<CrmTables> ReadCrmTables(const std::string& directory, ImportRun& run) {
  CrmTables tables;
  const auto into = [&](auto take) { return [&run, &tables, take](const CsvTable& row) { take(row, run, tables); }; };
  absl::Status read =
      ForEachRow(directory + "/accounts.csv", {"account", "sector", "office_location", "subsidiary_of"}, run, into(TakeAccount));
  if (read.ok()) read = ForEachRow(directory + "/sales_teams.csv", {"sales_agent", "manager", "regional_office"}, run, into(TakeAgent));
  if (read.ok()) read = ForEachRow(directory + "/products.csv", {"product", "series", "sales_price"}, run, into(TakeProduct));
  if (!read.ok()) return read;
  return tables;
}

absl::StatusOr<CrmPipeline> CrmPipeline::Open(const std::string& directory, const CrmTables& tables, ImportRun& run) {
  auto table = CsvTable::Open(directory + "/sales_pipeline.csv", kPipelineColumns, run);
  if (!table.ok()) return table.status();
  return CrmPipeline(*std::move(table), tables, run);
}

absl::StatusOr<std::optional<CrmOpportunity>> CrmPipeline::Next() {
  while (true) {
    const auto more = table_.Next();
    if (!more.ok()) return more.status();
    if (!*more) return std::optional<CrmOpportunity>();
    if (auto opportunity = ReadRow()) return opportunity;
  }
}

std::optional<CrmOpportunity> CrmPipeline::ReadRow() {
  CrmOpportunity opportunity;
  opportunity.id = table_.Field(kId);
  opportunity.agent = table_.Field(kAgent);
  opportunity.account = table_.Field(kAccount);
  opportunity.product = Corrected("product", table_.Field(kProduct), *run_);
  if (!IsPlainId(opportunity.id)) {
    Broken(Outcome::kBadId, "opportunity_id '" + opportunity.id + "'");
    return std::nullopt;
  }
  if (SkipForWhatIsMissing() || !ReadStageAndDates(opportunity)) return std::nullopt;
  if (!tables_->products.contains(opportunity.product)) run_->Note(Outcome::kUnknownProduct);
  if (!tables_->agents.contains(opportunity.agent)) run_->Note(Outcome::kUnknownAgent);
  run_->Used();
  return opportunity;
}

bool CrmPipeline::SkipForWhatIsMissing() {
  const bool no_account = table_.Field(kAccount).empty();
  const bool no_date = table_.Field(kEngaged).empty();
  if (no_account) run_->Note(Outcome::kWithoutAccount);
  if (no_date) run_->Note(Outcome::kWithoutEngageDate);
  if (no_account && no_date) {
    run_->Skip(Outcome::kNoAccountAndNoEngageDate);
  } else if (no_account) {
    run_->Skip(Outcome::kNoAccount);
  } else if (no_date) {
    run_->Skip(Outcome::kNoEngageDate);
  } else if (!tables_->account_index.contains(std::string(table_.Field(kAccount)))) {
    run_->Skip(Outcome::kUnknownAccount);
  } else {
    return false;
  }
  return true;
}

bool CrmPipeline::ReadStageAndDates(CrmOpportunity& opportunity) {
  const int64_t offset = run_->options().utc_offset_micros;
  const std::string_view name = table_.Field(kStage);
  const auto* stage = std::find_if(std::begin(kStages), std::end(kStages), [&](const StageName& s) { return s.name == name; });
  if (stage == std::end(kStages)) return Broken(Outcome::kUnknownStage, "deal_stage '" + std::string(name) + "'");
  opportunity.stage = stage->stage;
  const auto engaged = ParseLocalTime(table_.Field(kEngaged), offset);
  if (!engaged) return Broken(Outcome::kBadTime, "engage_date '" + std::string(table_.Field(kEngaged)) + "'");
  opportunity.engaged_at = *engaged;
  if (opportunity.stage != DealStage::kWon && opportunity.stage != DealStage::kLost) return true;
  const auto closed = ParseLocalTime(table_.Field(kClosed), offset);
  if (!closed) return Broken(Outcome::kBadTime, "close_date '" + std::string(table_.Field(kClosed)) + "'");
  if (*closed < *engaged) return Broken(Outcome::kCloseBeforeEngage, "close_date " + std::string(table_.Field(kClosed)));
  opportunity.closed_at = *closed;
  const auto value = ParseMicros(table_.Field(kValue));
  if (opportunity.stage == DealStage::kWon && (!value || *value < 0))
    return Broken(Outcome::kBadNumber, "close_value '" + std::string(table_.Field(kValue)) + "'");
  opportunity.value_micros = value.value_or(0);
  return true;
}

bool CrmPipeline::Broken(Outcome outcome, std::string what) {
  run_->Broken(outcome, table_.line(), std::move(what));
  return false;
}

}  // namespace guanxi::importers
