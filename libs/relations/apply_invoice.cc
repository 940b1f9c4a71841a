#include "relations/applier.h"

namespace guanxi::relations {

// Open amounts of a due day; of days before W12 only their sum is kept.
void Applier::AddOpen(Day day, int128 micros) {
  if (micros == 0) return;
  if (day < calendar().DayOf(calendar().StartOf(first_month()))) {
    core_.older_open += micros;
    return;
  }
  auto at = std::lower_bound(core_.due_days.begin(), core_.due_days.end(), day, [](const DueDay& d, Day other) { return d.day < other; });
  if (at == core_.due_days.end() || at->day != day) at = core_.due_days.insert(at, {day, 0});
  at->open += micros;
  if (at->open == 0) core_.due_days.erase(at);
}

// The row of the due date's month, marked with this event; nullptr when it lies before W12.
DueMonth* Applier::DueMonthOf(Timestamp due_at) {
  const Month month = calendar().MonthOf(due_at);
  if (month < first_month()) return nullptr;
  auto at = std::lower_bound(core_.due_months.begin(), core_.due_months.end(), month,
                             [](const DueMonth& m, Month other) { return m.month < other; });
  if (at == core_.due_months.end() || at->month != month) at = core_.due_months.insert(at, {.month = month});
  if (at->evidence == kNoPosition || at->evidence < position()) at->evidence = position();
  return &*at;
}

void Applier::Apply(const InvoiceIssued& e) {
  if (!IsNew<Invoice>(e.invoice_id, AnomalyKind::INVOICE_ALREADY_ISSUED)) return;
  if (IsHomeCurrency(e.amount.currency, e.invoice_id)) {
    AddOpen(calendar().DayOf(e.due_at), e.amount.micros);
    DueMonthOf(e.due_at);
  }
  CurrencyTotal& total = TotalOf(e.amount.currency);
  total.invoiced += e.amount.micros;
  total.open += e.amount.micros;
  ++core_.counts.invoices;
  if (e.amount.micros > 0) ++core_.counts.invoices_open;
  children_.Put(e.invoice_id, Invoice{.amount = e.amount,
                                      .open_micros = e.amount.micros,
                                      .order_id = e.order_id,
                                      .issued_at = now(),
                                      .due_at = e.due_at,
                                      .position = position()});
}

void Applier::Apply(const InvoiceCancelled& e) {
  const Invoice* known = children_.Find<Invoice>(e.invoice_id);
  if (!known) return Report(AnomalyKind::INVOICE_UNKNOWN, e.invoice_id);
  if (known->cancelled_at) return Report(AnomalyKind::INVOICE_ALREADY_CANCELLED, e.invoice_id);
  Invoice& invoice = *children_.Edit<Invoice>(e.invoice_id);
  if (invoice.amount.currency == core_.currency) {
    AddOpen(calendar().DayOf(invoice.due_at), -invoice.open_micros);
    DueMonthOf(invoice.due_at);
  }
  TotalOf(invoice.amount.currency).open -= invoice.open_micros;
  if (invoice.open_micros > 0) --core_.counts.invoices_open;
  invoice.open_micros = 0;
  invoice.cancelled_at = now();
  invoice.position = position();
}

void Applier::Apply(const PaymentReceived& e) {
  if (!IsNew<Payment>(e.payment_id, AnomalyKind::PAYMENT_ALREADY_RECEIVED)) return;
  const Invoice* known = children_.Find<Invoice>(e.invoice_id);
  if (!known) return Report(AnomalyKind::INVOICE_UNKNOWN, e.invoice_id);
  if (known->amount.currency != e.amount.currency) return Report(AnomalyKind::PAYMENT_CURRENCY_DIFFERS, e.payment_id);
  const bool home = IsHomeCurrency(e.amount.currency, e.payment_id);
  Invoice& invoice = *children_.Edit<Invoice>(e.invoice_id);
  const int64_t applied = std::min(e.amount.micros, invoice.open_micros);
  if (applied < e.amount.micros) Report(AnomalyKind::PAYMENT_EXCEEDS_OPEN_AMOUNT, e.payment_id);
  const Day due = calendar().DayOf(invoice.due_at);
  if (home) AddOpen(due, -applied);
  if (DueMonth* month = home ? DueMonthOf(invoice.due_at) : nullptr) {
    month->paid += applied;
    month->paid_days_late += int128{applied} * std::max(0, calendar().DayOf(now()).index - due.index);
  }
  CurrencyTotal& total = TotalOf(e.amount.currency);
  total.paid += applied;
  total.open -= applied;
  invoice.open_micros -= applied;
  if (invoice.open_micros == 0 && applied > 0) {
    invoice.paid_at = now();
    --core_.counts.invoices_open;
  }
  invoice.position = position();
  ++core_.counts.payments;
  children_.Put(e.payment_id, Payment{e.invoice_id, e.amount, applied, now(), position()});
}

}  // namespace guanxi::relations
