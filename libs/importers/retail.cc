#include "importers/retail.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "importers/csv_table.h"
#include "importers/text.h"

namespace guanxi::importers {
namespace {

namespace ev = guanxi::event::v1;

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kQuantityMax = 1'000'000'000'000;

enum Column { kInvoice, kStock, kQuantity, kDate, kPrice, kCustomer, kCountry };
const std::vector<std::string> kColumns = {"InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"};

enum class InvoiceKind { kOrder, kCredit, kOther };

struct Row {
  std::string invoice;
  std::string product;
  std::string local_time;  // of ids and days: "2010-12-01T08:26:00"
  std::string customer;
  std::string country;
  Timestamp at;
  int64_t quantity = 0;
  int64_t price_micros = 0;
  InvoiceKind kind = InvoiceKind::kOrder;
};

// Rows of one customer, invoice and time.
struct Invoice {
  Row first;
  std::vector<ev::OrderLine> lines;
};

InvoiceKind KindOf(std::string_view invoice) {
  const bool credit = invoice.starts_with('C');
  if (!ParseInteger(credit ? invoice.substr(1) : invoice)) return InvoiceKind::kOther;
  return credit ? InvoiceKind::kCredit : InvoiceKind::kOrder;
}

// "17850.0" -> "17850": the file was once a table of floating-point numbers.
std::string CustomerId(std::string_view text) {
  if (text.ends_with(".0")) text.remove_suffix(2);
  return std::string(text);
}

// Of the time and not of its spelling: exports with and without seconds give the same ids.
std::string LocalTime(Timestamp at, int64_t utc_offset_micros) {
  std::string time = FormatTimestamp({at.micros + utc_offset_micros});
  time.pop_back();  // the Z, which a local time has not
  return time;
}

struct SkipRule {
  Outcome outcome;
  bool (*holds)(const Row&);
};

// The first that holds decides. Rows without customer never get here.
constexpr SkipRule kSkipRules[] = {
    {Outcome::kNegativePrice, [](const Row& r) { return r.price_micros < 0; }},
    {Outcome::kNotAnOrder, [](const Row& r) { return r.kind == InvoiceKind::kOther; }},
    {Outcome::kZeroQuantity, [](const Row& r) { return r.quantity == 0; }},
    {Outcome::kPositiveCancellation, [](const Row& r) { return r.kind == InvoiceKind::kCredit && r.quantity > 0; }},
    {Outcome::kNegativeQuantity, [](const Row& r) { return r.kind == InvoiceKind::kOrder && r.quantity < 0; }},
};

// All that hold are counted.
constexpr SkipRule kNoCustomerNotes[] = {
    {Outcome::kNoCustomerCancellation, [](const Row& r) { return r.kind == InvoiceKind::kCredit; }},
    {Outcome::kNoCustomerNegativeQuantity, [](const Row& r) { return r.kind != InvoiceKind::kCredit && r.quantity < 0; }},
    {Outcome::kNoCustomerZeroPrice, [](const Row& r) { return r.price_micros == 0; }},
    {Outcome::kNoCustomerNegativePrice, [](const Row& r) { return r.price_micros < 0; }},
};

class RetailImport {
 public:
  RetailImport(CsvTable table, ImportRun& run) : table_(std::move(table)), run_(run), currency_(run.CurrencyOr("GBP")) {}

  absl::Status Run() {
    while (true) {
      const auto more = table_.Next();
      if (!more.ok()) return more.status();
      if (!*more) return EmitDay();
      if (const auto row = ReadRow()) {
        const absl::Status taken = Take(*row);
        if (!taken.ok()) return taken;
      }
    }
  }

 private:
  std::optional<Row> ReadRow();
  absl::Status Take(const Row& row);
  bool SkipUnlessLine(const Row& row);
  void AddLine(const Row& row);
  absl::Status EmitDay();
  absl::Status EmitRegion(const Row& row);
  absl::Status EmitInvoice(const Invoice& invoice);

  void Broken(Outcome outcome, std::string what) { run_.Broken(outcome, table_.line(), std::move(what)); }

  CsvTable table_;
  ImportRun& run_;
  const std::string currency_;
  // The day being read: its invoices in the order of their first rows.
  std::string day_;
  std::vector<Invoice> invoices_;
  std::unordered_map<std::string, size_t> invoice_index_;
  std::unordered_set<std::string> finished_days_;
  // Customer -> region last said.
  std::unordered_map<std::string, std::string> regions_;
};

std::optional<Row> RetailImport::ReadRow() {
  Row row;
  row.invoice = table_.Field(kInvoice);
  row.product = table_.Field(kStock);
  row.customer = CustomerId(table_.Field(kCustomer));
  row.country = table_.Field(kCountry);
  row.kind = KindOf(row.invoice);
  const auto at = ParseLocalTime(table_.Field(kDate), run_.options().utc_offset_micros);
  const auto quantity = ParseInteger(table_.Field(kQuantity));
  const auto price = ParseMicros(table_.Field(kPrice));
  if (!IsPlainId(row.invoice) || (!row.customer.empty() && !IsPlainId(row.customer))) {
    Broken(Outcome::kBadId, "invoice '" + row.invoice + "', customer '" + row.customer + "'");
  } else if (!at) {
    Broken(Outcome::kBadTime, "InvoiceDate '" + std::string(table_.Field(kDate)) + "'");
  } else if (!quantity || *quantity > kQuantityMax || *quantity < -kQuantityMax) {
    Broken(Outcome::kBadNumber, "Quantity '" + std::string(table_.Field(kQuantity)) + "'");
  } else if (!price) {
    Broken(Outcome::kBadNumber, "UnitPrice '" + std::string(table_.Field(kPrice)) + "'");
  } else {
    row.at = *at;
    row.local_time = LocalTime(*at, run_.options().utc_offset_micros);
    row.quantity = *quantity;
    row.price_micros = *price;
    return row;
  }
  return std::nullopt;
}

absl::Status RetailImport::Take(const Row& row) {
  if (SkipUnlessLine(row)) return absl::OkStatus();
  const std::string day = row.local_time.substr(0, 10);
  if (finished_days_.contains(day)) {
    Broken(Outcome::kDateReappears, "rows of " + day + " came before, with other dates between");
    return absl::OkStatus();
  }
  if (day != day_) {
    const absl::Status emitted = EmitDay();
    if (!emitted.ok()) return emitted;
    finished_days_.insert(std::exchange(day_, day));
  }
  AddLine(row);
  return absl::OkStatus();
}

bool RetailImport::SkipUnlessLine(const Row& row) {
  if (row.customer.empty()) {
    for (const SkipRule& rule : kNoCustomerNotes)
      if (rule.holds(row)) run_.Note(rule.outcome);
    run_.Skip(Outcome::kNoCustomer);
    return true;
  }
  for (const SkipRule& rule : kSkipRules) {
    if (!rule.holds(row)) continue;
    run_.Skip(rule.outcome);
    return true;
  }
  return false;
}

void RetailImport::AddLine(const Row& row) {
  run_.Used();
  if (row.price_micros == 0) run_.Note(Outcome::kZeroPrice);
  if (row.country == "Unspecified") run_.Note(Outcome::kRegionUnspecified);
  const auto [entry, is_new] = invoice_index_.try_emplace(row.customer + "/" + row.invoice + "/" + row.local_time, invoices_.size());
  if (is_new) invoices_.push_back({.first = row});
  ev::OrderLine& line = invoices_[entry->second].lines.emplace_back();
  line.set_product(row.product);
  line.set_quantity_micros((row.quantity < 0 ? -row.quantity : row.quantity) * kMicros);
  line.set_unit_price_micros(row.price_micros);
}

absl::Status RetailImport::EmitDay() {
  for (const Invoice& invoice : invoices_) {
    absl::Status emitted = EmitRegion(invoice.first);
    if (emitted.ok()) emitted = EmitInvoice(invoice);
    if (!emitted.ok()) return emitted;
  }
  invoices_.clear();
  invoice_index_.clear();
  return absl::OkStatus();
}

absl::Status RetailImport::EmitRegion(const Row& row) {
  const std::string region = row.country == "Unspecified" ? "" : row.country;
  const auto [entry, is_new] = regions_.try_emplace(row.customer, region);
  // No AccountOpened: when a customer comes first depends on where the file begins.
  if (region.empty() || (!is_new && entry->second == region)) return absl::OkStatus();
  if (!is_new) run_.Note(Outcome::kRegionChanged);
  entry->second = region;
  ev::AccountChanged changed;
  changed.set_region(region);
  return run_.Emit(MakeEvent(kRetailSource, row.customer, "region-" + row.invoice + "@" + row.local_time, row.at, changed));
}

absl::Status RetailImport::EmitInvoice(const Invoice& invoice) {
  const Row& row = invoice.first;
  const std::string id = row.invoice + "@" + row.local_time;
  if (row.kind == InvoiceKind::kCredit) {
    ev::CreditNoteIssued note;
    note.set_credit_note_id(id);
    note.set_currency_code(currency_);
    note.mutable_lines()->Assign(invoice.lines.begin(), invoice.lines.end());
    return run_.Emit(MakeEvent(kRetailSource, row.customer, id, row.at, note));
  }
  ev::OrderPlaced order;
  order.set_order_id(id);
  order.set_currency_code(currency_);
  order.mutable_lines()->Assign(invoice.lines.begin(), invoice.lines.end());
  return run_.Emit(MakeEvent(kRetailSource, row.customer, id, row.at, order));
}

}  // namespace

absl::Status ImportRetail(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report) {
  ImportRun run(options, sink, report);
  run.ExpectBytes(FileBytes(path));
  auto table = CsvTable::Open(path, kColumns, run);
  if (!table.ok()) return table.status();
  return RetailImport(*std::move(table), run).Run();
}

}  // namespace guanxi::importers
