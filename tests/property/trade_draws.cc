// Contracts, orders, invoices and payments.
#include "guanxi/event/v1/trade.pb.h"
#include "property/draws.h"
#include "support/reference/history.h"

namespace guanxi::property {
namespace {

namespace v1 = event::v1;
using reference::ToProto;

constexpr std::array<const char*, 5> kLines = {"pumps", "", "valves", "service", "pumps"};
constexpr std::array<int64_t, 9> kPrices = {100, 10'000, 0, 9'999, 55'555, 120'000, 700'000, 3'000'000, 20'000'000};

const char* CurrencyOf(int drawn) { return drawn % 9 == 8 ? "EUR" : drawn % 9 == 7 ? "USD" : "CNY"; }

v1::OrderLine Line(int x, int y) {
  v1::OrderLine line = reference::OrderLine(1 + x % 3, Choose(kPrices, y), Choose(kLines, x + y));
  if (x % 4 == 1) line.set_unit_cost_micros(Choose(kPrices, y + 1) * 500'000);
  if (x % 5 == 4) {  // half a piece, whose cost is no whole number of micro-units
    line.set_quantity_micros(500'000);
    line.set_unit_cost_micros(1 + 2 * (y % 4));
  }
  return line;
}

v1::OrderPlaced Order(const Draw& draw) {
  v1::OrderPlaced order;
  order.set_order_id(Id("o", draw.a, 14));
  order.set_currency_code(CurrencyOf(draw.b));
  for (int i = 0; i <= draw.c % 3; ++i) *order.add_lines() = Line(draw.b + i, draw.c + i);
  if (draw.c % 4 == 3) order.set_project_id("bridge");
  return order;
}

v1::CreditNoteIssued CreditNote(const Draw& draw) {
  v1::CreditNoteIssued note;
  note.set_credit_note_id(Id("n", draw.a, 6));
  if (draw.b % 3 != 0) note.set_order_id(Id("o", draw.b, 16));
  note.set_currency_code(CurrencyOf(draw.c));
  *note.add_lines() = Line(draw.b, draw.c);
  return note;
}

Timestamp ContractStart(const BusinessCalendar& calendar, Timestamp at, int drawn) {
  constexpr std::array<int64_t, 7> kShifts = {0, -kDay, kDay, 10 * kDay, -400 * kDay, 100 * kDay, -30 * kDay};
  if (drawn % 8 == 7) return calendar.StartOf(Month{calendar.MonthOf(at).index + 1});
  return Timestamp{at.micros + Choose(kShifts, drawn)};
}

Timestamp ContractEnd(const BusinessCalendar& calendar, Timestamp start, int drawn) {
  switch (drawn % 8) {
    case 0:
      return calendar.AddMonths(start, 12);
    case 1:
      return Timestamp{calendar.AddMonths(start, 12).micros - 1};
    case 2:
      return calendar.AddMonths(start, 1);
    case 3:
      return Timestamp{start.micros + 1};
    case 4:
      return calendar.AddMonths(start, 36);
    case 5:
      return calendar.AddMonths(start, 6);
    case 6:
      return calendar.StartOf(Month{calendar.MonthOf(start).index + 2});
    default:
      return calendar.AddMonths(start, 24);
  }
}

v1::ContractSigned Contract(const Writer& writer, const Draw& draw) {
  v1::ContractSigned contract;
  contract.set_contract_id(Id("h", draw.a, 4));
  const Timestamp start = ContractStart(writer.calendar(), writer.at(), draw.b);
  *contract.mutable_starts_at() = ToProto(start);
  *contract.mutable_ends_at() = ToProto(ContractEnd(writer.calendar(), start, draw.c));
  for (int i = 0; i < draw.b % 3; ++i) contract.add_business_lines(Choose(kLines, draw.c + i));
  if (draw.c % 3 == 0) *contract.mutable_value() = reference::Money(100, CurrencyOf(draw.b));
  return contract;
}

v1::ContractAmended Amendment(const Writer& writer, const Draw& draw) {
  v1::ContractAmended amended;
  amended.set_contract_id(Id("h", draw.a, 4));
  if (draw.b % 4 != 0) *amended.mutable_ends_at() = ToProto(Timestamp{writer.at().micros + (draw.c * 5 - 300) * kDay});
  if (draw.b % 3 == 0) *amended.mutable_value() = reference::Money(100, CurrencyOf(draw.c));
  return amended;
}

v1::InvoiceIssued Invoice(const Writer& writer, const Draw& draw) {
  constexpr std::array<int64_t, 6> kTerms = {30 * kDay, 0, kDay, 60 * kDay, 400 * kDay, 1};
  v1::InvoiceIssued invoice;
  invoice.set_invoice_id(Id("f", draw.a, 5));
  *invoice.mutable_amount() = reference::Money(draw.c % 2 == 0 ? 100 : 1'000, CurrencyOf(draw.b));
  const Timestamp due = draw.c % 7 == 6 ? writer.calendar().EndOf(writer.calendar().MonthOf(writer.at()))
                                        : Timestamp{writer.at().micros + Choose(kTerms, draw.c)};
  *invoice.mutable_due_at() = ToProto(due);
  return invoice;
}

v1::PaymentReceived Payment(const Draw& draw) {
  constexpr std::array<int64_t, 5> kAmounts = {100, 1'000, 50, 333, 2'000};
  v1::PaymentReceived payment;
  payment.set_payment_id(Id("y", draw.c, 14));
  payment.set_invoice_id(Id("f", draw.a, 5));
  *payment.mutable_amount() = reference::Money(Choose(kAmounts, draw.b), CurrencyOf(draw.b));
  return payment;
}

}  // namespace

void WriteTradeEvent(Writer& writer, const Draw& draw) {
  v1::OrderCancelled cancelled;
  cancelled.set_order_id(Id("o", draw.a, 16));
  v1::InvoiceCancelled invoice_cancelled;
  invoice_cancelled.set_invoice_id(Id("f", draw.a, 5));
  v1::ContractEnded ended;
  ended.set_contract_id(Id("h", draw.a, 4));
  switch (draw.kind % 19) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      return writer.Add(Order(draw));
    case 6:
      return writer.Add(cancelled);
    case 7:
      return writer.Add(CreditNote(draw));
    case 8:
    case 9:
    case 10:
      return writer.Add(Contract(writer, draw));
    case 11:
      return writer.Add(Amendment(writer, draw));
    case 12:
      return writer.Add(ended);
    case 13:
    case 14:
      return writer.Add(Invoice(writer, draw));
    case 15:
      return draw.b % 2 == 0 ? writer.Add(invoice_cancelled) : writer.Add(Invoice(writer, draw));
    default:
      return writer.Add(Payment(draw));
  }
}

}  // namespace guanxi::property
