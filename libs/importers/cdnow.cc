#include "importers/cdnow.h"

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "guanxi/event/v1/trade.pb.h"
#include "importers/import_run.h"
#include "importers/line_reader.h"
#include "importers/text.h"

namespace guanxi::importers {
namespace {

namespace ev = guanxi::event::v1;

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kQuantityMax = 1'000'000;

struct Purchase {
  std::string customer;
  std::string sample_id;
  std::string date;
  Timestamp at;
  int64_t cds = 0;
  int64_t value_micros = 0;
};

std::vector<std::string_view> SplitAtBlanks(std::string_view text) {
  std::vector<std::string_view> fields;
  for (text = Trimmed(text); !text.empty(); text = Trimmed(text)) {
    const size_t size = std::min(text.find_first_of(" \t"), text.size());
    fields.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return fields;
}

void AddLine(ev::OrderPlaced& order, int64_t quantity, int64_t price_micros) {
  ev::OrderLine& line = *order.add_lines();
  line.set_product("CD");
  line.set_quantity_micros(quantity * kMicros);
  line.set_unit_price_micros(price_micros);
}

class CdnowImport {
 public:
  CdnowImport(LineReader lines, ImportRun& run) : lines_(std::move(lines)), run_(run), currency_(run.CurrencyOr("USD")) {}

  absl::Status Run() {
    Line line;
    while (true) {
      const auto more = lines_.Next(line);
      if (!more.ok()) return more.status();
      if (!*more) break;
      const absl::Status taken = Take(line);
      if (!taken.ok()) return taken;
    }
    run_.EndFile(lines_.bytes_done());
    return absl::OkStatus();
  }

 private:
  absl::Status Take(const Line& line);
  std::optional<Purchase> ReadPurchase(const Line& line, const std::vector<std::string_view>& fields);
  absl::Status Emit(const Purchase& purchase);

  LineReader lines_;
  ImportRun& run_;
  const std::string currency_;
  // "customer/date" -> purchases so far.
  std::unordered_map<std::string, uint32_t> purchases_of_day_;
};

absl::Status CdnowImport::Take(const Line& line) {
  const auto fields = SplitAtBlanks(line.text);
  const bool is_header = line.number == 1 && !fields.empty() && fields.front() == "customer_id";
  if (fields.empty() || is_header) return absl::OkStatus();
  run_.RowRead(lines_.bytes_done());
  const auto purchase = ReadPurchase(line, fields);
  if (!purchase) return absl::OkStatus();
  if (purchase->cds == 0) {
    run_.Skip(Outcome::kZeroQuantity);
    return absl::OkStatus();
  }
  run_.Used();
  return Emit(*purchase);
}

std::optional<Purchase> CdnowImport::ReadPurchase(const Line& line, const std::vector<std::string_view>& fields) {
  const auto broken = [&](Outcome outcome, std::string what) {
    run_.Broken(outcome, line.number, std::move(what));
    return std::nullopt;
  };
  const size_t extra = fields.size() == 5 ? 1 : 0;
  if (line.too_long) return broken(Outcome::kMalformedRow, "the line is longer than 8 MiB");
  if (!IsUtf8(line.text)) return broken(Outcome::kNotUtf8, "the line is not valid UTF-8");
  if (fields.size() != 4 + extra) return broken(Outcome::kWrongFieldCount, std::to_string(fields.size()) + " fields, not 4 or 5");
  Purchase purchase{
      .customer = std::string(fields[0]), .sample_id = extra ? std::string(fields[1]) : "", .date = std::string(fields[1 + extra])};
  if (!IsPlainId(purchase.customer) || (extra && !IsPlainId(purchase.sample_id)))
    return broken(Outcome::kBadId, "customer '" + purchase.customer + "'");
  const auto at = ParseLocalTime(purchase.date, run_.options().utc_offset_micros);
  if (!at || purchase.date.size() != 8) return broken(Outcome::kBadTime, "date '" + purchase.date + "'");
  const auto cds = ParseInteger(fields[2 + extra]);
  if (!cds || *cds < 0 || *cds > kQuantityMax) return broken(Outcome::kBadNumber, "number_of_cds '" + std::string(fields[2 + extra]) + "'");
  const auto value = ParseMicros(fields[3 + extra]);
  if (!value || *value < 0) return broken(Outcome::kBadNumber, "dollar_value '" + std::string(fields[3 + extra]) + "'");
  purchase.at = *at;
  purchase.cds = *cds;
  purchase.value_micros = *value;
  return purchase;
}

absl::Status CdnowImport::Emit(const Purchase& purchase) {
  const uint32_t n = ++purchases_of_day_[purchase.customer + "/" + purchase.date];
  ev::OrderPlaced order;
  order.set_order_id(purchase.date + "-" + std::to_string(n));
  order.set_currency_code(currency_);
  const int64_t price = purchase.value_micros / purchase.cds;
  const int64_t rest = purchase.value_micros % purchase.cds;
  AddLine(order, rest == 0 ? purchase.cds : purchase.cds - 1, price);
  if (rest != 0) AddLine(order, 1, price + rest);
  if (rest != 0) run_.Note(Outcome::kPriceSplit);
  if (purchase.value_micros == 0) run_.Note(Outcome::kZeroValue);
  auto event = MakeEvent(kCdnowSource, purchase.customer, order.order_id(), purchase.at, order);
  if (!purchase.sample_id.empty()) {
    auto& extension = *event.add_extensions();
    extension.set_name("sampleid");
    extension.set_value(purchase.sample_id);
  }
  return run_.Emit(std::move(event));
}

}  // namespace

absl::Status ImportCdnow(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report) {
  ImportRun run(options, sink, report);
  run.ExpectBytes(FileBytes(path));
  auto lines = LineReader::Open(path);
  if (!lines.ok()) return lines.status();
  run.BeginFile(path);
  return CdnowImport(*std::move(lines), run).Run();
}

}  // namespace guanxi::importers
