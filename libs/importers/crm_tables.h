// The tables of a CRM folder as the importer holds them. Internal to crm.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "importers/csv_table.h"

namespace guanxi::importers {

struct CrmAgent {
  std::string manager;
  std::string regional_office;
};

struct CrmProduct {
  std::string series;
  int64_t list_price_micros = 0;
};

struct CrmAccount {
  std::string name;
  std::string sector;
  std::string location;
  std::string parent;
};

enum class DealStage { kProspecting, kEngaging, kWon, kLost };

struct CrmOpportunity {
  std::string id;
  std::string agent;
  std::string product;
  std::string account;
  DealStage stage = DealStage::kProspecting;
  Timestamp engaged_at;
  Timestamp closed_at;       // won and lost
  int64_t value_micros = 0;  // won
};

struct CrmTables {
  // In the file's order.
  std::vector<CrmAccount> accounts;
  std::map<std::string, size_t> account_index;
  std::map<std::string, CrmAgent> agents;
  std::map<std::string, CrmProduct> products;
};

absl::StatusOr<CrmTables> ReadCrmTables(const std::string& directory, ImportRun& run);

// sales_pipeline.csv, row by row.
class CrmPipeline {
 public:
  static absl::StatusOr<CrmPipeline> Open(const std::string& directory, const CrmTables& tables, ImportRun& run);

  // The next usable opportunity; nothing at the end. Other rows are counted in `run`.
  absl::StatusOr<std::optional<CrmOpportunity>> Next();

 private:
  CrmPipeline(CsvTable table, const CrmTables& tables, ImportRun& run) : table_(std::move(table)), tables_(&tables), run_(&run) {}
  std::optional<CrmOpportunity> ReadRow();
  bool SkipForWhatIsMissing();
  bool ReadStageAndDates(CrmOpportunity& opportunity);
  bool Broken(Outcome outcome, std::string what);

  CsvTable table_;
  const CrmTables* tables_;
  ImportRun* run_;
};

}  // namespace guanxi::importers
