#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "property/draws.h"
#include "support/reference/history.h"

namespace guanxi::property {
namespace {

namespace v1 = event::v1;
using reference::ToProto;

template <class Message>
void AddStep(Writer& writer, const std::string& id) {
  Message step;
  step.set_complaint_id(id);
  writer.Add(step);
}

}  // namespace

void WriteComplaintStory(Writer& writer, const Draw& draw) {
  // The hours of the policies, from the filing; a drawn microsecond before or after.
  constexpr std::array<int64_t, 6> kHours = {1, 2, 8, 24, 72, 100};
  constexpr std::array<int64_t, 6> kPauses = {0, kHour, 0, kDay, 1, 200 * kHour};
  constexpr std::array<int64_t, 5> kAgain = {30 * kDay, 30 * kDay + 1, 90 * kDay, 90 * kDay + 1, kDay};
  const int64_t nudge = draw.c % 3 - 1;
  const std::string id = "story" + std::to_string(writer.position());
  v1::ComplaintFiled filed;
  filed.set_complaint_id(id);
  filed.set_category(draw.a % 4 == 3 ? "noise" : "leak");
  filed.set_severity(static_cast<v1::Severity>(draw.b % 3));
  writer.Add(filed);
  if (draw.a % 7 == 6) AddStep<v1::ComplaintAcknowledged>(writer, id);
  int64_t first = Choose(kHours, draw.a) * kHour + nudge;
  if (const int64_t pause = Choose(kPauses, draw.b); pause != 0) {
    const int64_t until = std::min(first - 1, kHour / 2);
    writer.Wait(until);
    AddStep<v1::ComplaintPaused>(writer, id);
    writer.Wait(pause);
    if (draw.c % 4 != 3) AddStep<v1::ComplaintResumed>(writer, id);
    first -= until;
  }
  writer.Wait(first);
  if (draw.b % 2 == 0) AddStep<v1::ComplaintAcknowledged>(writer, id);
  if (draw.c % 5 == 4) return;
  writer.Wait(std::max<int64_t>(0, (Choose(kHours, draw.c) - Choose(kHours, draw.a)) * kHour));
  if (draw.a % 5 == 0) return AddStep<v1::ComplaintClosed>(writer, id);
  AddStep<v1::ComplaintResolved>(writer, id);
  if (draw.b % 4 == 1) AddStep<v1::ComplaintReopened>(writer, id);
  if (draw.b % 4 != 2) return;
  writer.Wait(Choose(kAgain, draw.c));
  filed.set_complaint_id(id + "again");
  writer.Add(filed);
}

void WriteInvoiceStory(Writer& writer, const Draw& draw) {
  constexpr std::array<int64_t, 6> kTerms = {0, kDay, 20 * kDay, 45 * kDay, 400 * kDay, 3 * kHour};
  constexpr std::array<int64_t, 8> kWaits = {kDay, 10 * kDay, 60 * kDay, 61 * kDay, 0, 30 * kDay, 380 * kDay, 12 * kHour};
  const std::string id = "story" + std::to_string(writer.position());
  const BusinessCalendar& calendar = writer.calendar();
  const Month month = calendar.MonthOf(writer.at());
  const bool first_of_month = draw.a % 4 == 3;
  const Timestamp due = first_of_month ? calendar.StartOf(Month{month.index + 1}) : Timestamp{writer.at().micros + Choose(kTerms, draw.a)};
  v1::InvoiceIssued invoice;
  invoice.set_invoice_id(id);
  *invoice.mutable_amount() = reference::Money(1'000);
  *invoice.mutable_due_at() = ToProto(due);
  writer.Add(invoice);
  // Paid when its month is the oldest of the window, or has just left it.
  if (first_of_month) writer.Wait(calendar.StartOf(Month{month.index + 12 + draw.b % 2}).micros - writer.at().micros);
  v1::PaymentReceived payment;
  payment.set_invoice_id(id);
  for (int part = 0; part < 1 + draw.c % 3; ++part) {
    writer.Wait(Choose(kTerms, draw.a) / 2 + Choose(kWaits, draw.b + part));
    payment.set_payment_id(id + "." + std::to_string(part));
    *payment.mutable_amount() = reference::Money(draw.c % 4 == 0 ? 1'000 : 333);
    writer.Add(payment);
  }
  v1::InvoiceCancelled cancelled;
  cancelled.set_invoice_id(id);
  if (draw.b % 5 == 4) writer.Add(cancelled);
}

void WriteContractStory(Writer& writer, const Draw& draw) {
  constexpr std::array<int64_t, 3> kAround = {-1, 0, 1};
  const std::string id = "story" + std::to_string(writer.position());
  const BusinessCalendar& calendar = writer.calendar();
  const Month month = calendar.MonthOf(writer.at());
  v1::ContractSigned contract;
  contract.set_contract_id(id);
  contract.add_business_lines(draw.a % 2 == 0 ? "pumps" : "repair");
  const Timestamp start = draw.b % 2 == 0 ? writer.at() : calendar.StartOf(Month{month.index + 1});
  const Timestamp end = draw.b % 3 == 0 ? calendar.StartOf(Month{month.index + 1 + 6 * (1 + draw.c % 3)}) : calendar.AddMonths(start, 12);
  *contract.mutable_starts_at() = ToProto(start);
  *contract.mutable_ends_at() = ToProto(end);
  writer.Add(contract);
  v1::ContractAmended amended;
  amended.set_contract_id(id);
  *amended.mutable_ends_at() = ToProto(Timestamp{start.micros + Choose(kAround, draw.a)});
  if (draw.b % 6 == 5) writer.Add(amended);
  // Something at its start or end; or when the month of its end leaves the window.
  Timestamp then = draw.a % 3 == 0 ? start : end;
  if (draw.a % 3 == 2) then = calendar.StartOf(Month{calendar.MonthOf(end).index + 12});
  writer.Wait(std::max<int64_t>(0, then.micros - writer.at().micros + Choose(kAround, draw.c)));
  if (draw.c % 4 != 3) return writer.Add(v1::KeyAccountDesignated());
  v1::ContractEnded ended;
  ended.set_contract_id(id);
  writer.Add(ended);
}

void WriteGoodMonth(Writer& writer, const Draw& draw) {
  const std::string id = "good" + std::to_string(writer.position());
  v1::ContractSigned contract;
  contract.set_contract_id(id);
  *contract.mutable_starts_at() = ToProto(writer.at());
  *contract.mutable_ends_at() = ToProto(writer.calendar().AddMonths(writer.at(), 12 + draw.a % 3));
  contract.add_business_lines("pumps");
  v1::OrderPlaced order;
  order.set_order_id(id);
  order.set_currency_code("CNY");
  for (const char* line : {"valves", "service", "pumps"}) *order.add_lines() = reference::OrderLine(2, 900'000, line);
  v1::VisitHeld visit;
  visit.set_visit_id(id);
  *visit.add_customers() = reference::Meets(v1::LEVEL_EXECUTIVE, "board", v1::COMMITTEE_ROLE_DECISION_MAKER);
  *visit.add_customers() = reference::Meets(v1::LEVEL_OPERATIONAL, "purchasing");
  visit.add_ours()->set_level(v1::LEVEL_EXECUTIVE);
  v1::SurveySent sent;
  sent.set_survey_id(id);
  v1::SurveyAnswered answered;
  answered.set_survey_id(id);
  answered.set_scale(10);
  answered.set_score(10 - draw.b % 3);
  if (draw.c % 4 != 0) writer.Add(contract);
  writer.Add(order);
  writer.Add(visit);
  if (draw.c % 2 != 0) writer.Add(sent);
  if (draw.c % 2 != 0) writer.Add(answered);
  // Something small happens about when the dwell ends.
  constexpr std::array<int64_t, 8> kDwells = {0, 90 * kDay, 90 * kDay - 1, 90 * kDay + 1, 0, kDay, kDay - 1, 0};
  if (const int64_t dwell = Choose(kDwells, draw.b); dwell != 0) {
    writer.Wait(dwell);
    writer.Add(v1::KeyAccountDesignated());
  }
}

}  // namespace guanxi::property
