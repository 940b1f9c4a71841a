// Every outcome a row of an imported file can have, in one table. Names are
// what reports print and scripts compare; docs/import.md holds the same table.
#pragma once

#include <string_view>

namespace guanxi::importers {

enum class OutcomeKind {
  kSkipped,  // the row was understood and deliberately gave no event
  kBroken,   // the row could not be understood: reported with file and line, gave no event
  kNoted,    // a fact about the row, used or not; a row may have several
};

// X(enumerator, name, kind, importers, meaning)
// clang-format off
#define GUANXI_IMPORT_OUTCOMES(X)                                                                                                     \
  X(kMalformedRow, "malformed_row", kBroken, "all", "Quotes do not close, or the line is longer than 8 MiB.")                         \
  X(kWrongFieldCount, "wrong_field_count", kBroken, "all", "The row has more or fewer fields than the header.")                       \
  X(kNotUtf8, "not_utf8", kBroken, "all", "The row is not valid UTF-8.")                                                              \
  X(kBadNumber, "bad_number", kBroken, "all", "A number is missing, not decimal, too large, or finer than a millionth.")              \
  X(kBadTime, "bad_time", kBroken, "all", "A date or time is missing or does not exist.")                                             \
  X(kBadId, "bad_id", kBroken, "all", "An id is empty, longer than 100 bytes, or holds '/' or a control character.")                  \
  X(kDateReappears, "date_reappears", kBroken, "retail", "The rows of one date are not together: its invoices were already closed.")  \
  X(kNoCustomer, "no_customer", kSkipped, "retail", "The row names no customer.")                                                     \
  X(kNegativePrice, "negative_price", kSkipped, "retail", "A customer's row with a price below zero.")                                \
  X(kNotAnOrder, "not_an_order", kSkipped, "retail", "A customer's row of an invoice that is neither a number nor C and a number.")   \
  X(kNegativeQuantity, "negative_quantity", kSkipped, "retail", "A customer's row with a quantity below zero outside a C invoice.")   \
  X(kZeroQuantity, "zero_quantity", kSkipped, "retail, cdnow", "A row with a quantity of zero.")                                      \
  X(kPositiveCancellation, "positive_cancellation", kSkipped, "retail", "A row of a C invoice with a quantity above zero.")           \
  X(kZeroPrice, "zero_price", kNoted, "retail", "A customer's row with a price of zero: kept as a line of price 0.")                  \
  X(kNoCustomerCancellation, "no_customer_cancellation", kNoted, "retail", "Of no_customer: rows of C invoices.")                     \
  X(kNoCustomerNegativeQuantity, "no_customer_negative_quantity", kNoted, "retail",                                                   \
    "Of no_customer: quantities below zero outside C invoices (stock written off).")                                                  \
  X(kNoCustomerZeroPrice, "no_customer_zero_price", kNoted, "retail", "Of no_customer: prices of zero.")                              \
  X(kNoCustomerNegativePrice, "no_customer_negative_price", kNoted, "retail", "Of no_customer: prices below zero (bad debt).")        \
  X(kRegionUnspecified, "region_unspecified", kNoted, "retail", "A customer's row with the country Unspecified: no region.")          \
  X(kRegionChanged, "region_changed", kNoted, "retail", "An invoice with another country than the customer's last: AccountChanged.")  \
  X(kNoAccount, "no_account", kSkipped, "crm", "An opportunity with a date but without account.")                                     \
  X(kNoEngageDate, "no_engage_date", kSkipped, "crm", "An opportunity with an account but without engage date.")                      \
  X(kNoAccountAndNoEngageDate, "no_account_and_no_engage_date", kSkipped, "crm", "An opportunity with neither.")                      \
  X(kUnknownAccount, "unknown_account", kSkipped, "crm", "An opportunity of an account that accounts.csv does not have.")             \
  X(kDuplicateKey, "duplicate_key", kSkipped, "crm", "A second row of the same account, agent or product: the first one counts.") \
  X(kUnknownStage, "unknown_stage", kBroken, "crm", "A deal stage other than Prospecting, Engaging, Won and Lost.")                   \
  X(kCloseBeforeEngage, "close_before_engage", kBroken, "crm", "An opportunity closed before it was engaged.")                        \
  X(kWithoutAccount, "without_account", kNoted, "crm", "All opportunities without account: no_account and no_account_and_no_engage_date.") \
  X(kWithoutEngageDate, "without_engage_date", kNoted, "crm",                                                                         \
    "All opportunities without engage date: no_engage_date and no_account_and_no_engage_date.")                                       \
  X(kProductCorrected, "product_corrected", kNoted, "crm", "A product's spelling was corrected by the table of corrections, in used rows and others.") \
  X(kSectorCorrected, "sector_corrected", kNoted, "crm", "A sector's spelling was corrected by the table of corrections.")            \
  X(kLocationCorrected, "location_corrected", kNoted, "crm", "A location's spelling was corrected by the table of corrections.")      \
  X(kUnknownProduct, "unknown_product", kNoted, "crm", "A product that products.csv does not have: no business line, no list price.") \
  X(kUnknownAgent, "unknown_agent", kNoted, "crm", "An agent whom sales_teams.csv does not have: no manager, no regional office.")    \
  X(kUnknownParent, "unknown_parent", kNoted, "crm", "A parent that accounts.csv does not have: joined all the same.")                \
  X(kZeroValue, "zero_value", kNoted, "cdnow", "A purchase of value zero: kept as lines of price 0.")                                 \
  X(kPriceSplit, "price_split", kNoted, "cdnow", "The value is no whole number of micro-units per CD: two lines, one price each.")    \
  X(kNotAnEvent, "not_an_event", kBroken, "cloudevents", "The line is not a CloudEvent this version can read; the reason is given.")    \
  X(kParkedEvent, "parked_event", kSkipped, "cloudevents", "The event was parked where it was exported.")                             \
  X(kEngineRecord, "engine_record", kSkipped, "cloudevents", "A record that only an engine writes: control records, ReferralRecorded.") \
  X(kPolicyNotAdopted, "policy_not_adopted", kSkipped, "cloudevents", "A policy that is adopted here already, or with --no-policies.")   \
  X(kSealedPartsLost, "sealed_parts_lost", kNoted, "cloudevents", "An event with sealed personal parts, whose keys are elsewhere: without them.")
// clang-format on

enum class Outcome {
#define GUANXI_IMPORT_OUTCOME_ENUM(enumerator, name, kind, importers, meaning) enumerator,
  GUANXI_IMPORT_OUTCOMES(GUANXI_IMPORT_OUTCOME_ENUM)
#undef GUANXI_IMPORT_OUTCOME_ENUM
};

struct OutcomeEntry {
  Outcome outcome;
  std::string_view name;
  OutcomeKind kind;
  std::string_view importers;
  std::string_view meaning;
};

inline constexpr OutcomeEntry kOutcomes[] = {
#define GUANXI_IMPORT_OUTCOME_ENTRY(enumerator, name, kind, importers, meaning) \
  {Outcome::enumerator, name, OutcomeKind::kind, importers, meaning},
    GUANXI_IMPORT_OUTCOMES(GUANXI_IMPORT_OUTCOME_ENTRY)
#undef GUANXI_IMPORT_OUTCOME_ENTRY
};

constexpr const OutcomeEntry& EntryOf(Outcome outcome) { return kOutcomes[static_cast<int>(outcome)]; }
constexpr std::string_view NameOf(Outcome outcome) { return EntryOf(outcome).name; }

}  // namespace guanxi::importers
