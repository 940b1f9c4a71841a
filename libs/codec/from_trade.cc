#include "base/int128.h"
#include "codec/from_proto.h"

namespace guanxi::codec {
namespace {

namespace pb = event::v1;

constexpr int64_t kMicrosPerUnit = 1'000'000;
constexpr int32_t kMonthsToPayMax = 60;

// quantity x price of both in micro-units is in 10^-12 units: within 10^36, far inside 128 bits.
void CheckLineAmount(int64_t quantity_micros, int64_t unit_micros, std::string_view field, FieldCheck& check) {
  if (int128{quantity_micros} * unit_micros > int128{kAmountMicrosMax} * kMicrosPerUnit) {
    check.Fail(Reason::AMOUNT_OUT_OF_RANGE, field, "times the quantity is above 10^18 micro-units");
  }
}

relations::OrderLine FromProto(const pb::OrderLine& m, FieldCheck& check) {
  relations::OrderLine line{.product = check.Name(m.product(), "product"),
                            .business_line = check.Name(m.business_line(), "business_line"),
                            .quantity_micros = check.Micros(m.quantity_micros(), Sign::kPositive, "quantity_micros"),
                            .unit_price_micros = check.Micros(m.unit_price_micros(), Sign::kNotNegative, "unit_price_micros")};
  CheckLineAmount(line.quantity_micros, line.unit_price_micros, "unit_price_micros", check);
  if (int128{line.quantity_micros} * line.unit_price_micros % kMicrosPerUnit != 0) {
    check.Fail(Reason::LINE_AMOUNT_NOT_EXACT, "unit_price_micros", "times the quantity is no whole number of micro-units");
  }
  if (m.has_unit_cost_micros()) {
    line.unit_cost_micros = check.Micros(m.unit_cost_micros(), Sign::kNotNegative, "unit_cost_micros");
    CheckLineAmount(line.quantity_micros, *line.unit_cost_micros, "unit_cost_micros", check);
  }
  return line;
}

template <class Document>
std::vector<relations::OrderLine> Lines(const Document& document, FieldCheck& check) {
  check.That(!document.lines().empty(), "lines", "are missing");
  std::vector<relations::OrderLine> lines;
  lines.reserve(document.lines_size());
  int128 total = 0;
  for (const pb::OrderLine& line : document.lines()) {
    check.Enter("lines", static_cast<int>(lines.size()));
    lines.push_back(FromProto(line, check));
    total += int128{lines.back().quantity_micros} * lines.back().unit_price_micros / kMicrosPerUnit;
  }
  check.Leave();
  if (total > kAmountMicrosMax) check.Fail(Reason::AMOUNT_OUT_OF_RANGE, "lines", "add up to more than 10^18 micro-units");
  return lines;
}

}  // namespace

relations::ContractSigned FromProto(const pb::ContractSigned& m, FieldCheck& check) {
  relations::ContractSigned e{.contract_id = check.Id(m.contract_id(), "contract_id"),
                              .starts_at = check.Time(m.has_starts_at(), m.starts_at(), "starts_at"),
                              .ends_at = check.Time(m.has_ends_at(), m.ends_at(), "ends_at"),
                              .value = check.OptionalAmount(m.has_value(), m.value(), "value"),
                              .opportunity_id = check.Reference(m.opportunity_id(), "opportunity_id")};
  check.That(e.ends_at > e.starts_at, "ends_at", "is not after starts_at");
  e.business_lines.reserve(m.business_lines_size());
  for (const std::string& line : m.business_lines()) e.business_lines.push_back(check.Name(line, "business_lines"));
  return e;
}

relations::ContractAmended FromProto(const pb::ContractAmended& m, FieldCheck& check) {
  return {.contract_id = check.Id(m.contract_id(), "contract_id"),
          .ends_at = check.OptionalTime(m.has_ends_at(), m.ends_at(), "ends_at"),
          .value = check.OptionalAmount(m.has_value(), m.value(), "value"),
          .reason = check.Text(m.reason(), "reason")};
}

relations::ContractEnded FromProto(const pb::ContractEnded& m, FieldCheck& check) {
  return {.contract_id = check.Id(m.contract_id(), "contract_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::OrderPlaced FromProto(const pb::OrderPlaced& m, FieldCheck& check) {
  return {.order_id = check.Id(m.order_id(), "order_id"),
          .currency = check.Currency(m.currency_code(), "currency_code"),
          .lines = Lines(m, check),
          .procurement = check.Enum<relations::Procurement>(m.procurement(), pb::Procurement_IsValid, "procurement"),
          .project_id = check.Reference(m.project_id(), "project_id")};
}

relations::OrderCancelled FromProto(const pb::OrderCancelled& m, FieldCheck& check) {
  return {.order_id = check.Id(m.order_id(), "order_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::CreditNoteIssued FromProto(const pb::CreditNoteIssued& m, FieldCheck& check) {
  return {.credit_note_id = check.Id(m.credit_note_id(), "credit_note_id"),
          .order_id = check.Reference(m.order_id(), "order_id"),
          .currency = check.Currency(m.currency_code(), "currency_code"),
          .lines = Lines(m, check),
          .reason = check.Text(m.reason(), "reason")};
}

relations::InvoiceIssued FromProto(const pb::InvoiceIssued& m, FieldCheck& check) {
  relations::InvoiceIssued e{.invoice_id = check.Id(m.invoice_id(), "invoice_id"),
                             .order_id = check.Reference(m.order_id(), "order_id"),
                             .amount = check.Amount(m.has_amount(), m.amount(), Sign::kPositive, "amount"),
                             .due_at = check.Time(m.has_due_at(), m.due_at(), "due_at")};
  check.That(e.due_at >= check.occurred_at(), "due_at", "lies before the event's occurred_at");
  check.That(e.due_at <= BusinessCalendar().AddMonths(check.occurred_at(), kMonthsToPayMax), "due_at",
             "lies more than 5 years after occurred_at");
  return e;
}

relations::InvoiceCancelled FromProto(const pb::InvoiceCancelled& m, FieldCheck& check) {
  return {.invoice_id = check.Id(m.invoice_id(), "invoice_id"), .reason = check.Text(m.reason(), "reason")};
}

relations::PaymentReceived FromProto(const pb::PaymentReceived& m, FieldCheck& check) {
  return {.payment_id = check.Id(m.payment_id(), "payment_id"),
          .invoice_id = check.Id(m.invoice_id(), "invoice_id"),
          .amount = check.Amount(m.has_amount(), m.amount(), Sign::kPositive, "amount")};
}

}  // namespace guanxi::codec
