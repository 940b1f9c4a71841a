#include "property/draws.h"

#include <algorithm>

namespace guanxi::property {
namespace {

constexpr std::array<int64_t, 6> kOffsets = {0, 8 * kHour, -5 * kHour, 14 * kHour, -14 * kHour, 5 * kHour + kHour / 2};
constexpr std::array<const char*, 6> kStarts = {"2024-01-10T09:00:00Z", "2023-12-31T23:59:59.999999Z", "2024-02-29T12:00:00Z",
                                                "2020-02-29",           "1969-11-30T22:00:00Z",        "2023-03-31T16:00:00Z"};
// A history ends at the latest this long after its start.
constexpr int64_t kSpan = 1200 * kDay;

Timestamp Plus(Timestamp t, int64_t micros) { return Timestamp{t.micros + micros}; }

// The instant `micros` before the end of the month of t.
Timestamp BeforeMonthEnd(const BusinessCalendar& calendar, Timestamp t, int64_t micros) {
  return Plus(calendar.EndOf(calendar.MonthOf(t)), -micros);
}

Timestamp NextLeapDay(Timestamp t) {
  int32_t year = CivilFromDays(t.micros / kDay).year;
  for (;; ++year) {
    if (DaysInMonth(year, 2) < 29) continue;
    const Timestamp leap{DaysFromCivil({year, 2, 29}) * kDay + 10 * kHour};
    if (leap > t) return leap;
  }
}

// Half of all steps are short; the others go to instants where rules change their mind.
Timestamp Next(const BusinessCalendar& calendar, Timestamp t, const Draw& draw) {
  constexpr std::array<int64_t, 14> kSteps = {kDay,       0,        1,         kHour,     2 * kHour, 8 * kHour,     24 * kHour,
                                              72 * kHour, 7 * kDay, 20 * kDay, 30 * kDay, 90 * kDay, 90 * kDay - 1, 45 * kDay};
  constexpr std::array<int64_t, 10> kShort = {kDay, 0, kHour, 3 * kHour, 2 * kDay, 1, 6 * kHour, 4 * kDay, 12 * kHour, kHour / 2};
  if (draw.when < 128) return Plus(t, Choose(kShort, draw.when));
  const int when = draw.when % 32;
  if (when < 14) return Plus(t, kSteps[static_cast<size_t>(when)]);
  switch (when) {
    case 14:
      return BeforeMonthEnd(calendar, t, 0);
    case 15:
      return BeforeMonthEnd(calendar, t, -1);
    case 16:
      return BeforeMonthEnd(calendar, t, 2 * kHour);
    case 17:
      return BeforeMonthEnd(calendar, t, 8 * kHour);
    case 18:
      return BeforeMonthEnd(calendar, t, 24 * kHour);
    case 19:
      return BeforeMonthEnd(calendar, t, 72 * kHour);
    case 20:
      return calendar.AddMonths(t, 1);
    case 21:
      return calendar.AddMonths(t, 12);
    case 22:
      return calendar.AddMonths(t, 5);
    case 23:
      return NextLeapDay(t);
    case 24:
      return Plus(calendar.StartOf(Day{calendar.DayOf(t).index + 1}), -1);
    default:
      return Plus(t, draw.c * kHour);
  }
}

using Family = void (*)(Writer&, const Draw&);

// How often each family is drawn, of 64.
struct Share {
  int until;
  Family write;
};
constexpr std::array<Share, 10> kShares = {{{17, WriteTradeEvent},
                                            {25, WriteServiceEvent},
                                            {35, WriteContactOrVisit},
                                            {42, WriteOpportunityEvent},
                                            {46, WriteAccountEvent},
                                            {50, WriteOperatorEvent},
                                            {54, WriteComplaintStory},
                                            {57, WriteInvoiceStory},
                                            {59, WriteContractStory},
                                            {64, WriteGoodMonth}}};

void WriteStep(Writer& writer, const Draw& draw) {
  writer.Move(draw);
  const int share = draw.family % 64;
  for (const Share& family : kShares)
    if (share < family.until) return family.write(writer, draw);
}

}  // namespace

void Writer::Move(const Draw& draw) {
  constexpr std::array<int64_t, 4> kLate = {kHour, 9 * kDay, 40 * kDay, 400 * kDay};
  if (draw.when >= 128 && draw.when % 32 >= 29) {  // late: time itself does not move
    at_ = draw.b % 5 == 4 && !account_.events.empty() ? account_.events[static_cast<size_t>(draw.c) % account_.events.size()].occurred_at
                                                      : Plus(cursor_, -Choose(kLate, draw.c));
    return;
  }
  cursor_ = std::clamp(Next(account_.calendar, cursor_, draw), cursor_, std::max(cursor_, Plus(start_, kSpan)));
  at_ = cursor_;
}

reference::Policy PolicyVariant(int n) {
  using reference::Policy;
  Policy policy;
  switch (n) {
    case 0:
      return policy;
    case 1:
      return reference::Transactional();
    case 2:  // easy to rise and to fall
      policy.edges = {{{200, 190}, {300, 290}, {400, 390}}};
      policy.month_ends_below = 1;
      break;
    case 3:
      policy.when_missing.fill(reference::WhenMissing::kAsZero);
      policy.measure = reference::Measure::kProfit;
      policy.edges = {{{150, 100}, {250, 200}, {350, 300}}};
      policy.dwell_days = 0;
      break;
    case 4:  // numbers that do not divide evenly
      policy.measure = reference::Measure::kUnits;
      policy.weight = {7, 3, 11, 13, 5, 17, 2, 19};
      policy.value_bands = {{0, 0}, {3, 101}, {70, 333}, {900, 1000}};
      policy.department_points = 331, policy.departments_counted = 3;
      policy.line_points = 335, policy.lines_counted = 7;
      policy.loyalty_month_points = 599, policy.loyalty_years_counted = 3;
      policy.sla_points = 333;
      policy.payment_days = 37;
      policy.edges = {{{200, 200}, {300, 300}, {400, 400}}};
      policy.month_ends_below = 3;
      break;
    case 5:
      policy.measure = reference::Measure::kProjectIncome;
      policy.first_response_hours = 24, policy.resolution_hours = 100;
      policy.critical_first_response_hours = 1, policy.critical_resolution_hours = 8;
      policy.recurrence_days = 90;
      policy.edges = {{{250, 200}, {350, 300}, {450, 400}}};
      break;
    case 6:  // gates alone decide
      policy.edges = {{{1, 0}, {1, 0}, {1, 0}}};
      policy.dwell_days = 1;
      policy.gates[2] = {{"years_since_first", 1}, {"months_with_orders", 2}, {"executive_meeting", 2}, {"overdue_days", 0}};
      break;
    default:  // tiers rise by the years alone, long after the last event
      policy.edges = {{{1, 0}, {2, 1}, {3, 2}}};
      policy.dwell_days = 1000;
      policy.gates = {{{{"years_since_first", 1}}, {{"years_since_first", 2}}, {{"critical_complaints", 0}}}};
      break;
    case 8:  // kinds of account have numbers of their own
      policy.segments = {PolicyVariant(4), PolicyVariant(2), PolicyVariant(5)};
      policy.segments[0].segment = "state-owned retailers";
      policy.segments[0].ownership = reference::v1::OWNERSHIP_STATE_OWNED;
      policy.segments[0].industry = "retail";
      policy.segments[1].segment = "core customers";
      policy.segments[1].account_type = reference::v1::ACCOUNT_TYPE_CORE_CUSTOMER;
      policy.segments[2].segment = "private";
      policy.segments[2].ownership = reference::v1::OWNERSHIP_PRIVATE;
      for (Policy& segment : policy.segments) segment.name = "variant", segment.version = n;
      break;
  }
  policy.name = "variant";
  policy.version = n;
  return policy;
}

reference::Account AccountFrom(const HistoryDraw& draw) {
  reference::Account account{"acme", {}, {}, {}, BusinessCalendar(Choose(kOffsets, draw.calendar))};
  const Timestamp start = ParseTimestamp(Choose(kStarts, draw.start)).value();
  Writer writer(account, start);
  for (const Draw& step : draw.steps) WriteStep(writer, step);
  // The policy from the beginning of time, and up to three later ones.
  account.adoptions.push_back({PolicyVariant(draw.policy % kPolicyVariants), kEarliestTimestamp, 1, 0});
  for (size_t i = 0; i < std::min<size_t>(draw.adoptions.size(), 3); ++i) {
    const Draw& adoption = draw.adoptions[i];
    const uint64_t position = writer.position() * static_cast<uint64_t>(adoption.b) / 256;
    account.adoptions.push_back({PolicyVariant(adoption.kind % kPolicyVariants), Plus(start, adoption.a * 4 * kDay), i + 2, position});
  }
  return account;
}

}  // namespace guanxi::property
