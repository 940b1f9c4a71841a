#include "importers/generator/giant.h"

#include <algorithm>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "importers/generator/catalogue.h"
#include "importers/generator/trade.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

constexpr uint32_t kEventsOfPurchase = 3;
// What a complaint may take, in events and in days.
constexpr uint32_t kEventsOfComplaintMax = 12;
constexpr int64_t kDaysOfComplaintMax = 60;

Timestamp AtMost(Timestamp t, Timestamp end) { return std::min(t, Timestamp{end.micros - 1}); }

}  // namespace

Giant::Giant(const GeneratorOptions& options, const Firm& firm, uint32_t events, uint32_t months, Outbox& outbox)
    : options_(options),
      firm_(firm),
      random_(Mix(options.seed, 'g')),
      diary_(outbox, kGiantAccountId),
      contacts_(events / kGiantEventsPerContact),
      events_left_(events),
      open_invoices_left_(events / kGiantEventsPerOpenInvoice),
      months_left_(months) {
  plan_.opens = {options.from.micros + kMicrosPerHour};
  plan_.leaves = plan_.turns = kLatestTimestamp;
  plan_.persona = plan_.persona_after = Persona::kStrategic;
  plan_.key_account = true;
}

// What happens is spread evenly over the month, in order of time.
void Giant::Live(Month month) {
  const BusinessCalendar calendar(options_.utc_offset_micros);
  const Timestamp begin = std::max(calendar.StartOf(month), Timestamp{plan_.opens.micros + kMicrosPerHour});
  const Timestamp end = std::min(calendar.StartOf(Month{month.index + 1}), options_.to);
  Scene scene{.options = options_,
              .firm = firm_,
              .plan = plan_,
              .random = random_,
              .diary = diary_,
              .calendar = calendar,
              .begin = begin,
              .end = end};
  scene.persona = Persona::kStrategic;
  scene.owner = Firm::EmployeeId(plan_.seller);
  const uint32_t quota = events_left_ / months_left_;
  const uint32_t open_until = open_invoices_left_ - open_invoices_left_ / months_left_;
  const uint32_t before = diary_.events();
  if (!opened_) Open(scene);
  for (uint32_t step = 0; diary_.events() - before < quota; ++step) {
    const int64_t done = diary_.events() - before;
    const Timestamp at{begin.micros + (end.micros - begin.micros) / quota * done};
    const uint32_t room = quota - static_cast<uint32_t>(done);
    if (room < kEventsOfPurchase) {
      Visit(scene, at);
    } else if (step % 3 == 0 && open_invoices_left_ > open_until) {
      Buy(scene, at, false);
    } else if (room < kEventsOfComplaintMax || at.micros + kDaysOfComplaintMax * kMicrosPerDay > options_.to.micros) {
      Buy(scene, at, true);
    } else {
      Tell(scene, at, step);
    }
  }
  events_left_ -= diary_.events() - before;
  --months_left_;
}

void Giant::Open(Scene& scene) {
  opened_ = true;
  ev::AccountOpened opened;
  opened.set_name("Giant Holdings (synthetic)");
  opened.set_account_type(ev::ACCOUNT_TYPE_CORE_CUSTOMER);
  opened.set_industry("manufacturing");
  opened.set_ownership(ev::OWNERSHIP_PRIVATE);
  opened.set_region(std::string(kRegions[kRegionCount / 2]));
  opened.set_currency_code(options_.currency);
  diary_.Write(plan_.opens, opened);
  const uint32_t manager = firm_.ManagerOf(plan_.seller, 0);
  ev::OwnerAssigned assigned;
  assigned.set_owner(scene.owner);
  assigned.set_manager(Firm::ManagerId(manager));
  assigned.set_region(Firm::RegionOf(manager));
  diary_.SetActor(scene.owner);
  diary_.Write(plan_.opens, assigned);
  for (uint32_t number = 1; number <= contacts_; ++number) AddContact(scene, number, {plan_.opens.micros + number * kMicrosPerSecond});
}

void Giant::AddContact(Scene& scene, uint32_t number, Timestamp at) {
  const RosterRow& row = kRoster[number % kRoster.size()];
  ev::ContactAdded added;
  added.set_contact_id("c-" + std::to_string(number));
  added.set_name(PersonName(scene.random, number % 2 == 0));
  added.set_department(std::string(row.department));
  added.set_level(row.level);
  added.set_role(row.role);
  added.set_stance(row.stance);
  diary_.Write(at, added);
}

void Giant::Visit(Scene& scene, Timestamp at) {
  ev::VisitHeld visit;
  visit.set_first(visits_ == 0);
  if (visits_ > 0) visit.set_review_of("v-" + std::to_string(visits_));
  visit.set_visit_id("v-" + std::to_string(++visits_));
  visit.set_kind(ev::VISIT_KIND_VISIT);
  visit.add_customers()->set_contact_id("c-" + std::to_string(random_.Between(1, contacts_)));
  auto& seller = *visit.add_ours();
  seller.set_employee(scene.owner);
  seller.set_level(ev::LEVEL_EXECUTIVE);
  visit.set_purpose(std::string(random_.Pick(kVisitPurposes)));
  diary_.Write(at, visit);
}

void Giant::Buy(Scene& scene, Timestamp at, bool pays) {
  const std::string number = std::to_string(++orders_);
  const event::v1::OrderPlaced order = MakeOrder(scene, "o-" + number, random_.Between(20'000, 80'000), kBusinessLineCount);
  diary_.Write(at, order);
  const Timestamp invoiced = AtMost({at.micros + kMicrosPerHour}, options_.to);
  // Half of the invoices that stay open are not due when the story ends.
  const bool due_afterwards = !pays && orders_ % 2 == 0;
  const Timestamp due{(due_afterwards ? std::min(options_.to.micros, invoiced.micros + 1'400 * kMicrosPerDay) : invoiced.micros) +
                      30 * kMicrosPerDay};
  ev::InvoiceIssued invoice;
  invoice.set_invoice_id("i-" + number);
  invoice.set_order_id(order.order_id());
  scene.SetMoney(*invoice.mutable_amount(), CentsOf(order));
  *invoice.mutable_due_at() = codec::ToProto(due);
  diary_.Write(invoiced, invoice);
  if (!pays) {
    --open_invoices_left_;
    return;
  }
  ev::PaymentReceived payment;
  payment.set_payment_id("p-" + number);
  payment.set_invoice_id(invoice.invoice_id());
  *payment.mutable_amount() = invoice.amount();
  diary_.Write(AtMost(scene.DaysLater(invoiced, 5, 40), options_.to), payment);
}

// One visit and one survey in twenty, one complaint in fifty.
void Giant::Tell(Scene& scene, Timestamp at, uint32_t step) {
  const std::string contact = "c-" + std::to_string(random_.Between(1, contacts_));
  if (step % 50 == 7) return care_.Complain(scene, at);
  if (step % 20 == 1) return Visit(scene, at);
  if (step % 20 == 11) return care_.Ask(scene, at, contact, true);
  Buy(scene, at, true);
}

}  // namespace guanxi::importers::generator
