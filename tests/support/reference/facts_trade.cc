// Contracts, orders, credit notes, invoices and payments.
#include <algorithm>

#include "support/reference/applier.h"

namespace guanxi::reference {
namespace {

template <class Lines>
std::vector<Line> Copy(const Lines& lines) {
  std::vector<Line> copied;
  for (const auto& line : lines) {
    copied.push_back({line.business_line(), line.quantity_micros(), line.unit_price_micros(), std::nullopt});
    if (line.has_unit_cost_micros()) copied.back().cost = line.unit_cost_micros();
  }
  return copied;
}

}  // namespace

void Applier::On(const v1::ContractSigned& e) {
  if (f.contracts.contains(e.contract_id())) return Anomaly("CONTRACT_ALREADY_SIGNED");
  if (FromProto(e.ends_at()) <= FromProto(e.starts_at())) return Anomaly("CONTRACT_END_BEFORE_START");
  f.contracts[e.contract_id()] =
      Contract{at, FromProto(e.starts_at()), FromProto(e.ends_at()), {e.business_lines().begin(), e.business_lines().end()}};
  NoteAmount(e.has_value(), e.value());
}

void Applier::On(const v1::ContractAmended& e) {
  const auto known = f.contracts.find(e.contract_id());
  if (known == f.contracts.end()) return Anomaly("CONTRACT_UNKNOWN");
  if (e.has_ends_at()) {
    if (FromProto(e.ends_at()) <= known->second.starts) return Anomaly("CONTRACT_END_BEFORE_START");
    known->second.ends = FromProto(e.ends_at());
  }
  NoteAmount(e.has_value(), e.value());
}

void Applier::On(const v1::ContractEnded& e) {
  const auto known = f.contracts.find(e.contract_id());
  if (known == f.contracts.end()) return Anomaly("CONTRACT_UNKNOWN");
  if (at >= known->second.ends) return Anomaly("CONTRACT_ALREADY_ENDED");
  known->second.ends = at;
}

void Applier::On(const v1::OrderPlaced& e) {
  if (f.orders.contains(e.order_id())) return Anomaly("ORDER_ALREADY_PLACED");
  f.orders[e.order_id()] = Order{at, e.currency_code(), Copy(e.lines()), !e.project_id().empty(), std::nullopt};
  NoteCurrency(e.currency_code());
}

void Applier::On(const v1::OrderCancelled& e) {
  const auto known = f.orders.find(e.order_id());
  if (known == f.orders.end()) return Anomaly("ORDER_UNKNOWN");
  if (known->second.cancelled_at) return Anomaly("ORDER_ALREADY_CANCELLED");
  known->second.cancelled_at = at;
}

void Applier::On(const v1::CreditNoteIssued& e) {
  if (f.credit_notes.contains(e.credit_note_id())) return Anomaly("CREDIT_NOTE_ALREADY_ISSUED");
  const auto order = f.orders.find(e.order_id());
  if (!e.order_id().empty() && order == f.orders.end()) Anomaly("ORDER_UNKNOWN");
  const bool of_project = order != f.orders.end() && order->second.of_project;
  f.credit_notes[e.credit_note_id()] = CreditNote{at, e.currency_code(), Copy(e.lines()), of_project};
  NoteCurrency(e.currency_code());
}

void Applier::On(const v1::InvoiceIssued& e) {
  if (f.invoices.contains(e.invoice_id())) return Anomaly("INVOICE_ALREADY_ISSUED");
  f.invoices[e.invoice_id()] = Invoice{e.amount().currency_code(), e.amount().micros(), FromProto(e.due_at()), {}, std::nullopt};
  NoteAmount(e.has_amount(), e.amount());
}

void Applier::On(const v1::InvoiceCancelled& e) {
  const auto known = f.invoices.find(e.invoice_id());
  if (known == f.invoices.end()) return Anomaly("INVOICE_UNKNOWN");
  if (known->second.written_off) return Anomaly("INVOICE_ALREADY_CANCELLED");
  known->second.written_off = known->second.Open();
}

void Applier::On(const v1::PaymentReceived& e) {
  if (f.payment_ids.contains(e.payment_id())) return Anomaly("PAYMENT_ALREADY_RECEIVED");
  const auto known = f.invoices.find(e.invoice_id());
  if (known == f.invoices.end()) return Anomaly("INVOICE_UNKNOWN");
  Invoice& invoice = known->second;
  if (e.amount().currency_code() != invoice.currency) return Anomaly("PAYMENT_CURRENCY_DIFFERS");
  f.payment_ids.insert(e.payment_id());
  NoteAmount(e.has_amount(), e.amount());
  const int64_t open = invoice.Open();
  if (e.amount().micros() > open) Anomaly("PAYMENT_EXCEEDS_OPEN_AMOUNT");
  invoice.payments.push_back({at, std::min(e.amount().micros(), open)});
}

}  // namespace guanxi::reference
