// A folder of a CRM's tables (Maven Analytics, CRM Sales Opportunities):
// accounts.csv, products.csv, sales_teams.csv and sales_pipeline.csv. The
// account id is the account's name.
//
// What the files do not say and is decided here:
//   * An account opens at its earliest engage date; one without dated
//     opportunity at the earliest of the whole file (of none: 1970-01-01). A parent named by
//     subsidiary_of is of type GROUP; a subsidiary joins it as it opens.
//   * The account's owner is the agent with most of its opportunities (ties:
//     the first name, bytewise), assigned as the account opens, with manager
//     and regional office. Each opportunity also names its own agent as owner.
//   * An opportunity opens at engage_date (kind ACCOUNT, business line =
//     the product's series, expected amount = list price) and is won with
//     close_value or lost at close_date. Dates are midnights, local time. No
//     orders are invented.
//   * Spellings are corrected by kCrmCorrections and counted.
#pragma once

#include <string>
#include <string_view>

#include "importers/import.h"

namespace guanxi::importers {

inline constexpr char kCrmSource[] = "urn:guanxi:import:crm";

struct CrmCorrection {
  std::string_view column;
  std::string_view written;
  std::string_view meant;
  Outcome counted_as;
};

inline constexpr CrmCorrection kCrmCorrections[] = {
    {"product", "GTXPro", "GTX Pro", Outcome::kProductCorrected},
    {"sector", "technolgy", "technology", Outcome::kSectorCorrected},
    {"office_location", "Philipines", "Philippines", Outcome::kLocationCorrected},
};

// Fills `report` as it goes. Reads sales_pipeline.csv twice, counting its rows
// once. Memory: the accounts, agents and products.
absl::Status ImportCrm(const std::string& directory, const ImportOptions& options, EventSink& sink, ImportReport& report);

}  // namespace guanxi::importers
