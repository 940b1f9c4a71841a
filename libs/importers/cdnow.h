// The purchases of the CDNOW customers (Fader and Hardie): lines of fields
// separated by blanks. CDNOW_master.txt has customer_id, date, number_of_cds
// and dollar_value, with a header; CDNOW_sample.txt has the customer's number
// in the sample as a second field and no header.
//
//   * One OrderPlaced per line. The account is the customer_id of the master
//     file in both ("00004"), so that importing the sample after the master
//     appends nothing; the number in the sample travels as extension "sampleid".
//   * Several purchases of a customer on one day are separate orders: the order
//     and event id is "DATE-N", N counting them in the file's order.
//   * The value is exact, and so is the number of CDs. When the value is no
//     whole number of micro-units per CD, n - 1 of the n CDs carry the price
//     rounded down and the last one the rest (a second line).
//   * A date is its midnight, local time.
#pragma once

#include <string>

#include "importers/import.h"

namespace guanxi::importers {

inline constexpr char kCdnowSource[] = "urn:guanxi:import:cdnow";

// Fills `report` as it goes. Memory: a counter per customer and day.
absl::Status ImportCdnow(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report);

}  // namespace guanxi::importers
