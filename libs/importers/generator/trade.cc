#include "importers/generator/trade.h"

#include <algorithm>

#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

constexpr uint64_t kOrderCancelledPerMille = 12;
constexpr uint64_t kCreditNotePerMille = 25;
constexpr uint64_t kInvoiceCancelledPerMille = 6;
constexpr uint64_t kPaidInTwoPartsPerMille = 50;
constexpr uint64_t kProjectOrderPerMille = 250;
constexpr uint64_t kCostKnownPerMille = 850;
constexpr uint64_t kRenewedPerMille = 700;
constexpr uint64_t kContractEndsEarlyPerMille = 3;
constexpr int64_t kMicros = 1'000'000;

// The dearest product that fits, or one of the cheaper ones.
const Product& ProductFor(Random& random, const BusinessLine& line, int64_t cents) {
  size_t affordable = 1;
  while (affordable < line.products.size() && line.products[affordable].price_cents <= cents) ++affordable;
  return line.products[affordable - 1 - random.Below(std::min<size_t>(affordable, 3))];
}

void AddLine(Scene& scene, ev::OrderPlaced& order, const BusinessLine& business_line, int64_t cents) {
  Random& random = scene.random;
  const Product& product = ProductFor(random, business_line, cents);
  const int64_t price = product.price_cents * random.Between(880, 1000) / 1000;
  ev::OrderLine& line = *order.add_lines();
  line.set_product(std::string(product.name));
  line.set_business_line(std::string(business_line.name));
  line.set_quantity_micros(std::max<int64_t>(1, cents / price) * kMicros);
  line.set_unit_price_micros(price * kMicrosPerCent);
  if (random.PerMille(kCostKnownPerMille))
    line.set_unit_cost_micros(product.price_cents * random.Between(550, 800) / 1000 * kMicrosPerCent);
}

size_t LineIndex(const AccountPlan& plan, uint32_t k) { return (plan.rank + k) % kBusinessLineCount; }

}  // namespace

event::v1::OrderPlaced MakeOrder(Scene& scene, std::string order_id, int64_t cents, uint32_t line_count) {
  ev::OrderPlaced order;
  order.set_order_id(std::move(order_id));
  order.set_currency_code(scene.options.currency);
  const int64_t lines = scene.random.Between(1, 3);
  for (int64_t i = 0; i < lines; ++i) {
    const auto k = static_cast<uint32_t>(scene.random.Below(line_count));
    AddLine(scene, order, kBusinessLines[LineIndex(scene.plan, k)], cents / lines);
  }
  const bool directed = scene.persona >= Persona::kPartner || scene.random.PerMille(400);
  order.set_procurement(directed ? ev::PROCUREMENT_DIRECTED : static_cast<ev::Procurement>(scene.random.Between(1, 4)));
  return order;
}

int64_t CentsOf(const event::v1::OrderPlaced& order) {
  int64_t cents = 0;
  for (const auto& line : order.lines()) cents += line.quantity_micros() / kMicros * (line.unit_price_micros() / kMicrosPerCent);
  return cents;
}

std::string BusinessLineOf(const AccountPlan& plan, uint32_t k) { return std::string(kBusinessLines[LineIndex(plan, k)].name); }

void Trade::Live(Scene& scene, const std::string& project_id) {
  KeepUnderContract(scene);
  const int64_t typical = TypicalOrderCents(scene);
  for (uint32_t n = scene.Times(scene.traits().orders); n > 0; --n)
    Order(scene, scene.WorkTime(), typical * scene.random.Between(600, 1400) / 1000, project_id);
}

void Trade::Leave(Scene& scene, Timestamp at) {
  if (!contract_ || contract_->ends <= at) return;
  ev::ContractEnded ended;
  ended.set_contract_id(contract_->id);
  ended.set_reason("business ended");
  scene.diary.Write(at, ended);
  contract_.reset();
}

void Trade::KeepUnderContract(Scene& scene) {
  const bool wanted = scene.plan.signs_contracts && scene.traits().contract_months > 0;
  const bool running = contract_ && contract_->ends > scene.end;
  if (running && scene.random.PerMille(kContractEndsEarlyPerMille)) return Leave(scene, scene.WorkTime());
  if (!wanted || running) return;
  const Timestamp at = scene.WorkTime();
  const bool can_renew = contract_ && at < contract_->ends;
  if (can_renew && scene.random.PerMille(kRenewedPerMille)) return Renew(scene, at);
  Sign(scene, at);
}

void Trade::Sign(Scene& scene, Timestamp at) {
  const PersonaTraits& traits = scene.traits();
  ev::ContractSigned contract;
  contract.set_contract_id("k-" + std::to_string(++contracts_));
  const Timestamp starts = scene.calendar.StartOf(Day{scene.calendar.DayOf(at).index + 1});
  contract_ = {contract.contract_id(), scene.calendar.AddMonths(starts, static_cast<int32_t>(traits.contract_months))};
  *contract.mutable_starts_at() = codec::ToProto(starts);
  *contract.mutable_ends_at() = codec::ToProto(contract_->ends);
  scene.SetMoney(*contract.mutable_value(), scene.plan.revenue_per_year * 100 * traits.contract_months / 12);
  for (uint32_t k = 0; k < traits.business_lines; ++k) contract.add_business_lines(BusinessLineOf(scene.plan, k));
  scene.diary.Write(at, contract);
}

void Trade::Renew(Scene& scene, Timestamp at) {
  contract_->ends = scene.calendar.AddMonths(contract_->ends, static_cast<int32_t>(scene.traits().contract_months));
  ev::ContractAmended amended;
  amended.set_contract_id(contract_->id);
  *amended.mutable_ends_at() = codec::ToProto(contract_->ends);
  amended.set_reason("renewed");
  scene.diary.Write(at, amended);
}

// The revenue of a month by plan, season and growth, over the orders of a usual month.
int64_t Trade::TypicalOrderCents(const Scene& scene) const {
  const Month month = scene.calendar.MonthOf(scene.begin);
  const int64_t season = kIndustries[scene.plan.industry].season[static_cast<size_t>(((month.index % 12) + 12) % 12)];
  const int64_t months_here = month.index - scene.calendar.MonthOf(scene.plan.opens).index;
  const int64_t growth = std::clamp<int64_t>(1000 + scene.plan.growth * months_here / 12, 300, 4000);
  const int64_t month_cents = scene.plan.revenue_per_year * 100 / 12 * season / 1000 * growth / 1000;
  return std::max<int64_t>(month_cents * 1000 / scene.traits().orders, 1'000);
}

void Trade::Order(Scene& scene, Timestamp at, int64_t cents, const std::string& project_id) {
  ev::OrderPlaced order = MakeOrder(scene, "o-" + std::to_string(++orders_), cents, scene.traits().business_lines);
  if (!project_id.empty() && scene.random.PerMille(kProjectOrderPerMille)) order.set_project_id(project_id);
  scene.diary.Write(at, order);
  if (scene.random.PerMille(kOrderCancelledPerMille)) {
    ev::OrderCancelled cancelled;
    cancelled.set_order_id(order.order_id());
    cancelled.set_reason("ordered by mistake");
    return scene.diary.Write(scene.DaysLater(at, 0, 3), cancelled);
  }
  Invoice(scene, order, at);
  if (scene.random.PerMille(kCreditNotePerMille)) GiveCredit(scene, order, scene.DaysLater(at, 5, 40));
}

void Trade::Invoice(Scene& scene, const event::v1::OrderPlaced& order, Timestamp ordered_at) {
  const Timestamp at = scene.DaysLater(ordered_at, 1, 6);
  const int64_t days = scene.persona >= Persona::kPartner ? 60 : 30;
  const Timestamp due{at.micros + days * kMicrosPerDay};
  ev::InvoiceIssued invoice;
  invoice.set_invoice_id("i-" + std::to_string(++invoices_));
  invoice.set_order_id(order.order_id());
  scene.SetMoney(*invoice.mutable_amount(), CentsOf(order));
  *invoice.mutable_due_at() = codec::ToProto(due);
  scene.diary.Write(at, invoice);
  if (scene.random.PerMille(kInvoiceCancelledPerMille)) {
    ev::InvoiceCancelled cancelled;
    cancelled.set_invoice_id(invoice.invoice_id());
    cancelled.set_reason("wrong address");
    return scene.diary.Write(scene.DaysLater(at, 1, 5), cancelled);
  }
  if (!scene.random.PerMille(scene.traits().unpaid)) Pay(scene, invoice.invoice_id(), CentsOf(order), at, due);
}

void Trade::Pay(Scene& scene, const std::string& invoice_id, int64_t cents, Timestamp issued_at, Timestamp due_at) {
  const bool late = scene.random.PerMille(scene.traits().paid_late);
  const int64_t worst = scene.persona >= Persona::kPartner ? 20 : 60;
  const int64_t days = late ? scene.random.Between(1, worst) : scene.random.Between(-12, 0);
  const Timestamp at = std::max(Timestamp{due_at.micros + days * kMicrosPerDay}, scene.DaysLater(issued_at, 1, 2));
  if (cents < 2 || !scene.random.PerMille(kPaidInTwoPartsPerMille)) return PayPart(scene, invoice_id, cents, at);
  PayPart(scene, invoice_id, cents / 2, at);
  PayPart(scene, invoice_id, cents - cents / 2, scene.DaysLater(at, 3, 15));
}

void Trade::PayPart(Scene& scene, const std::string& invoice_id, int64_t cents, Timestamp at) {
  ev::PaymentReceived payment;
  payment.set_payment_id("p-" + std::to_string(++payments_));
  payment.set_invoice_id(invoice_id);
  scene.SetMoney(*payment.mutable_amount(), cents);
  scene.diary.Write(at, payment);
}

void Trade::GiveCredit(Scene& scene, const event::v1::OrderPlaced& order, Timestamp at) {
  ev::CreditNoteIssued note;
  note.set_credit_note_id("n-" + std::to_string(++credit_notes_));
  note.set_order_id(order.order_id());
  note.set_currency_code(order.currency_code());
  ev::OrderLine& line = *note.add_lines();
  line = order.lines(0);
  line.set_quantity_micros(std::max<int64_t>(1, line.quantity_micros() / kMicros / 4) * kMicros);
  note.set_reason("returned");
  scene.diary.Write(at, note);
}

}  // namespace guanxi::importers::generator
