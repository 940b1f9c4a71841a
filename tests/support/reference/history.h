// Writes an account's history for a test, one line per event:
//
//   History h;
//   h.At("2024-03-10").Order("o1", 10'000).Visit("v1", {Meets(LEVEL_SENIOR, "production")});
//   h.AsOf("2024-03-31").score
//
// Positions count up from 0 and event ids are "e0", "e1" ... in the order of writing.
#pragma once

#include <string>
#include <vector>

#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "support/reference/reference.h"

namespace guanxi::reference {

inline Timestamp Time(const std::string& text) { return ParseTimestamp(text).value(); }

inline v1::Money Money(int64_t units, const std::string& currency = "CNY") {
  v1::Money money;
  money.set_micros(units * 1'000'000);
  money.set_currency_code(currency);
  return money;
}

inline v1::OrderLine OrderLine(int64_t pieces, int64_t price, const std::string& business_line = "") {
  v1::OrderLine line;
  line.set_business_line(business_line);
  line.set_quantity_micros(pieces * 1'000'000);
  line.set_unit_price_micros(price * 1'000'000);
  return line;
}

inline v1::CustomerParticipant Meets(v1::Level level, const std::string& department = "",
                                     v1::CommitteeRole role = v1::COMMITTEE_ROLE_UNSPECIFIED) {
  v1::CustomerParticipant participant;
  participant.set_level(level);
  participant.set_department(department);
  participant.set_role(role);
  return participant;
}

inline v1::CustomerParticipant MeetsContact(const std::string& contact_id) {
  v1::CustomerParticipant participant;
  participant.set_contact_id(contact_id);
  return participant;
}

class History {
 public:
  Account account{"acme", {}, {}, {}, {}};

  History& At(const std::string& time) {
    at_ = Time(time);
    return *this;
  }

  template <class Message>
  History& Add(Message body) {
    const uint64_t position = account.events.size();
    account.events.push_back(MakeEvent("e" + std::to_string(position), position, at_, std::move(body)));
    return *this;
  }

  History& Unknown() {
    const uint64_t position = account.events.size();
    account.events.push_back(Event{"e" + std::to_string(position), position, at_, nullptr});
    return *this;
  }

  History& Order(const std::string& id, int64_t amount, const std::string& business_line = "", const std::string& currency = "CNY",
                 const std::string& project = "") {
    v1::OrderPlaced order;
    order.set_order_id(id);
    order.set_currency_code(currency);
    order.set_project_id(project);
    *order.add_lines() = OrderLine(1, amount, business_line);
    return Add(order);
  }

  History& CancelOrder(const std::string& id) {
    v1::OrderCancelled cancelled;
    cancelled.set_order_id(id);
    return Add(cancelled);
  }

  History& Contract(const std::string& id, const std::string& starts, const std::string& ends, std::vector<std::string> lines = {}) {
    v1::ContractSigned contract;
    contract.set_contract_id(id);
    *contract.mutable_starts_at() = ToProto(Time(starts));
    *contract.mutable_ends_at() = ToProto(Time(ends));
    contract.mutable_business_lines()->Add(lines.begin(), lines.end());
    return Add(contract);
  }

  History& EndContract(const std::string& id) {
    v1::ContractEnded ended;
    ended.set_contract_id(id);
    return Add(ended);
  }

  // ours: the levels of our people who took part.
  History& Visit(const std::string& id, std::vector<v1::CustomerParticipant> customers, std::vector<v1::Level> ours = {}) {
    v1::VisitHeld visit;
    visit.set_visit_id(id);
    visit.mutable_customers()->Add(customers.begin(), customers.end());
    for (const v1::Level level : ours) visit.add_ours()->set_level(level);
    return Add(visit);
  }

  History& Contact(const std::string& id, const std::string& department, v1::Level level, v1::CommitteeRole role, v1::Stance stance) {
    v1::ContactAdded contact;
    contact.set_contact_id(id);
    contact.set_department(department);
    contact.set_level(level);
    contact.set_role(role);
    contact.set_stance(stance);
    return Add(contact);
  }

  History& Invoice(const std::string& id, int64_t amount, const std::string& due, const std::string& currency = "CNY") {
    v1::InvoiceIssued invoice;
    invoice.set_invoice_id(id);
    *invoice.mutable_amount() = Money(amount, currency);
    *invoice.mutable_due_at() = ToProto(Time(due));
    return Add(invoice);
  }

  History& Pay(const std::string& id, const std::string& invoice, int64_t amount, const std::string& currency = "CNY") {
    v1::PaymentReceived payment;
    payment.set_payment_id(id);
    payment.set_invoice_id(invoice);
    *payment.mutable_amount() = Money(amount, currency);
    return Add(payment);
  }

  History& Complain(const std::string& id, const std::string& category = "", v1::Severity severity = v1::SEVERITY_NORMAL) {
    v1::ComplaintFiled filed;
    filed.set_complaint_id(id);
    filed.set_category(category);
    filed.set_severity(severity);
    return Add(filed);
  }

  // Sends a survey of its own and answers it.
  History& Survey(int score, int scale) {
    v1::SurveySent sent;
    sent.set_survey_id("s" + std::to_string(account.events.size()));
    v1::SurveyAnswered answered;
    answered.set_survey_id(sent.survey_id());
    answered.set_score(score);
    answered.set_scale(scale);
    return Add(sent).Add(answered);
  }

  // A step of the complaint: Step<v1::ComplaintResolved>("k1").
  template <class Message>
  History& Step(const std::string& complaint_id) {
    Message step;
    step.set_complaint_id(complaint_id);
    return Add(step);
  }

  State AsOf(const std::string& valid_to) const { return StateAt(account, UINT64_MAX, Time(valid_to)); }
  State AsOf(uint64_t known_to, const std::string& valid_to) const { return StateAt(account, known_to, Time(valid_to)); }

 private:
  Timestamp at_;
};

}  // namespace guanxi::reference
