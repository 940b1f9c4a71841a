// The order lines of a wholesaler (UCI Online Retail): one CSV file with the
// columns InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID
// and Country (others are ignored).
//
//   * Rows of one (customer, invoice, time) are one OrderPlaced; a few invoices
//     have two times and become two orders. Lines keep the file's order and
//     equal lines all count. Rows of an invoice need not be adjacent, but the
//     rows of one date must be together.
//   * An invoice "C..." is a CreditNoteIssued with positive quantities; the
//     file does not say which order it takes back.
//   * order_id, credit_note_id and event id are "INVOICE@TIME", as in
//     "536365@2010-12-01T08:26:00": a function of the row alone.
//   * A customer's first invoice, of either kind, opens the account with its
//     country as region; an invoice from another country is preceded by an
//     AccountChanged at its time. "17850.0" is the account "17850".
#pragma once

#include <string>

#include "importers/import.h"

namespace guanxi::importers {

inline constexpr char kRetailSource[] = "urn:guanxi:import:online-retail";

// Fills `report` as it goes. Memory: one day of rows, and id and region of each account.
absl::Status ImportRetail(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report);

}  // namespace guanxi::importers
