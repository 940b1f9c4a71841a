#include "relations/applier.h"
#include "relations/name_table.h"

namespace guanxi::relations {
namespace {

constexpr int64_t kMicros = 1'000'000;

// a * b / 10^6, half to even; in 64 bits where they suffice.
int128 Product(int64_t a, int64_t b) {
  int64_t small = 0;
  if (!__builtin_mul_overflow(a, b, &small) && small % kMicros == 0) return small / kMicros;
  return DivideHalfEven(int128{a} * b, kMicros);
}

}  // namespace

TradeSums SumLines(const std::vector<OrderLine>& lines, bool project) {
  TradeSums sums;
  for (const OrderLine& line : lines) {
    const int128 revenue = Product(line.quantity_micros, line.unit_price_micros);
    sums.revenue += revenue;
    sums.units += line.quantity_micros;
    if (line.unit_cost_micros) sums.profit += revenue - Product(line.quantity_micros, *line.unit_cost_micros);
  }
  if (project) sums.project_income = sums.revenue;
  return sums;
}

std::string MonthId(Month month) {
  const int32_t index = month.index + 1970 * 12;
  const int32_t year = index / 12, in_year = index % 12 + 1;
  const char text[] = {static_cast<char>('0' + year / 1000 % 10),
                       static_cast<char>('0' + year / 100 % 10),
                       static_cast<char>('0' + year / 10 % 10),
                       static_cast<char>('0' + year % 10),
                       '-',
                       static_cast<char>('0' + in_year / 10),
                       static_cast<char>('0' + in_year % 10)};
  return std::string(text, sizeof text);
}

bool Applier::IsHomeCurrency(CurrencyCode currency, std::string_view subject) {
  if (core_.currency.empty()) core_.currency = currency;
  if (currency == core_.currency) return true;
  Report(AnomalyKind::FOREIGN_CURRENCY, subject);
  return false;
}

CurrencyTotal& Applier::TotalOf(CurrencyCode currency) {
  auto at = core_.totals.begin();
  while (at != core_.totals.end() && at->currency < currency) ++at;
  if (at == core_.totals.end() || at->currency != currency) at = core_.totals.insert(at, {.currency = currency});
  return *at;
}

MonthOfCurrency& Applier::MonthRowOf(CurrencyCode currency) {
  const std::string id = MonthId(month_);
  MonthSums* month = children_.Edit<MonthSums>(id);
  if (!month) month = &children_.Put(id, MonthSums{});
  auto at = month->currencies.begin();
  while (at != month->currencies.end() && at->currency < currency) ++at;
  if (at == month->currencies.end() || at->currency != currency) at = month->currencies.insert(at, {.currency = currency});
  return *at;
}

void Applier::AddTrade(CurrencyCode currency, bool home, const TradeSums& sums) {
  TotalOf(currency).net += sums;
  MonthRowOf(currency).net += sums;
  if (home) bucket().net += sums;
  Evidence(EvidenceClass::kTrade);
}

void Applier::FirstTrade() {
  if (core_.first_trade_at) return;
  core_.first_trade_at = now();
  core_.first_trade_position = position();
}

void Applier::Apply(const OrderPlaced& e) {
  if (!IsNew<Order>(e.order_id, AnomalyKind::ORDER_ALREADY_PLACED)) return;
  const bool home = IsHomeCurrency(e.currency, e.order_id);
  const TradeSums sums = SumLines(e.lines, !e.project_id.empty());
  AddTrade(e.currency, home, sums);
  ++TotalOf(e.currency).orders;
  ++MonthRowOf(e.currency).orders;
  ++core_.counts.orders;
  MonthBucket& month = bucket();
  ++month.orders;
  for (const OrderLine& line : e.lines) AddName(core_.lines, month.lines, line.business_line);
  FirstTrade();
  core_.last_order_at = now();
  children_.Put(e.order_id, Order{.currency = e.currency,
                                  .sums = sums,
                                  .project_id = e.project_id,
                                  .procurement = e.procurement,
                                  .lines = static_cast<uint32_t>(e.lines.size()),
                                  .placed_at = now(),
                                  .position = position()});
}

void Applier::Apply(const OrderCancelled& e) {
  const Order* known = children_.Find<Order>(e.order_id);
  if (!known) return Report(AnomalyKind::ORDER_UNKNOWN, e.order_id);
  if (known->cancelled_at) return Report(AnomalyKind::ORDER_ALREADY_CANCELLED, e.order_id);
  const TradeSums sums = known->sums;
  const CurrencyCode currency = known->currency;
  Order& order = *children_.Edit<Order>(e.order_id);
  order.cancelled_at = now();
  order.position = position();
  AddTrade(currency, currency == core_.currency, -sums);
  ++MonthRowOf(currency).cancellations;
  ++core_.counts.order_cancellations;
}

void Applier::Apply(const CreditNoteIssued& e) {
  if (!IsNew<CreditNote>(e.credit_note_id, AnomalyKind::CREDIT_NOTE_ALREADY_ISSUED)) return;
  const Order* order = e.order_id.empty() ? nullptr : children_.Find<Order>(e.order_id);
  if (!order && !e.order_id.empty()) Report(AnomalyKind::ORDER_UNKNOWN, e.order_id);
  const TradeSums sums = SumLines(e.lines, order && !order->project_id.empty());
  AddTrade(e.currency, IsHomeCurrency(e.currency, e.credit_note_id), -sums);
  ++core_.counts.credit_notes;
  children_.Put(e.credit_note_id, CreditNote{e.currency, sums, e.order_id, now(), position()});
}

}  // namespace guanxi::relations
