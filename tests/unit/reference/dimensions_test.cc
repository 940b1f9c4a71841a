// Worked examples of the eight dimensions, computed by hand.
#include <boost/test/unit_test.hpp>

#include "support/reference/history.h"
#include "unit/reference/printing.h"

using namespace guanxi;
using namespace guanxi::reference;

BOOST_AUTO_TEST_SUITE(reference_dimensions)

BOOST_AUTO_TEST_CASE(without_any_evidence_no_dimension_applies_and_there_is_no_score) {
  History h;
  h.At("2024-01-10").Add(v1::AccountOpened());
  const State state = h.AsOf("2024-02-01");
  for (const auto& dimension : state.dimensions) BOOST_TEST(!dimension.has_value());
  BOOST_TEST(Text(state.score) == "n/a");
}

BOOST_AUTO_TEST_CASE(height_is_the_highest_level_met_plus_executive_meetings) {
  History h;
  h.At("2024-01-10").Visit("v1", {Meets(v1::LEVEL_GRASS_ROOTS)});
  BOOST_TEST(Text(h.AsOf("2024-01-10"), kHeight) == "150");
  h.At("2024-01-11").Visit("v2", {Meets(v1::LEVEL_OPERATIONAL), Meets(v1::LEVEL_SENIOR)}, {v1::LEVEL_EXECUTIVE});
  BOOST_TEST(Text(h.AsOf("2024-01-11"), kHeight) == "550");
  // An executive of the customer with nobody of that level from us is no executive meeting.
  h.At("2024-01-12").Visit("v3", {Meets(v1::LEVEL_EXECUTIVE)}, {v1::LEVEL_SENIOR});
  BOOST_TEST(Text(h.AsOf("2024-01-12"), kHeight) == "700");
  for (const char* day : {"2024-01-13", "2024-01-14", "2024-01-15", "2024-01-16"})
    h.At(day).Visit(day, {Meets(v1::LEVEL_EXECUTIVE), Meets(v1::LEVEL_EXECUTIVE)}, {v1::LEVEL_EXECUTIVE});
  BOOST_TEST(Text(h.AsOf("2024-01-13"), kHeight) == "800");
  BOOST_TEST(Text(h.AsOf("2024-01-16"), kHeight) == "1000");
}

BOOST_AUTO_TEST_CASE(a_visit_counts_until_the_end_of_the_eleventh_month_after_its_own) {
  History h;
  h.At("2023-03-03").Visit("v1", {Meets(v1::LEVEL_SENIOR, "production")});
  BOOST_TEST(Text(h.AsOf("2024-02-29T23:59:59.999999Z"), kHeight) == "550");
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kHeight) == "0");
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kBreadth) == "0");
}

BOOST_AUTO_TEST_CASE(a_visit_takes_level_and_department_from_the_contact_as_it_was) {
  History h;
  h.At("2024-01-10").Contact("li", "purchasing", v1::LEVEL_OPERATIONAL, v1::COMMITTEE_ROLE_PURCHASER, v1::STANCE_NEUTRAL);
  h.At("2024-01-11").Visit("v1", {MeetsContact("li")});
  v1::ContactChanged promoted;
  promoted.set_contact_id("li");
  promoted.set_level(v1::LEVEL_EXECUTIVE);
  h.At("2024-01-12").Add(promoted);
  BOOST_TEST(Text(h.AsOf("2024-01-12"), kHeight) == "350");
  h.At("2024-01-13").Visit("v2", {MeetsContact("li")});
  BOOST_TEST(Text(h.AsOf("2024-01-13"), kHeight) == "700");
  // One department (80), two levels (150).
  BOOST_TEST(Text(h.AsOf("2024-01-13"), kBreadth) == "230");
}

BOOST_AUTO_TEST_CASE(breadth_counts_departments_levels_and_lines_up_to_their_limits) {
  History h;
  h.At("2024-05-02").Visit("v1", {Meets(v1::LEVEL_SENIOR, "a"), Meets(v1::LEVEL_SENIOR, "b"), Meets(v1::LEVEL_UNSPECIFIED, "c")});
  h.Order("o1", 100, "pumps").Order("o2", 100, "pumps").Order("o3", 100).Contract("c1", "2024-05-30", "2024-07-01", {"valves"});
  // 3 departments 240, 1 level 75, pumps 75; the contract has not begun.
  BOOST_TEST(Text(h.AsOf("2024-05-29"), kBreadth) == "390");
  BOOST_TEST(Text(h.AsOf("2024-05-30"), kBreadth) == "465");
  for (const char* department : {"d", "e", "f"}) h.At("2024-06-02").Visit(department, {Meets(v1::LEVEL_GRASS_ROOTS, department)});
  // Six departments count as five: 400; two levels 150; two lines 150.
  BOOST_TEST(Text(h.AsOf("2024-06-02"), kBreadth) == "700");
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_cancelled_order_still_count_for_breadth) {
  History h;
  h.At("2024-05-02").Order("o1", 100, "pumps").CancelOrder("o1");
  BOOST_TEST(Text(h.AsOf("2024-05-02"), kBreadth) == "75");
}

BOOST_AUTO_TEST_CASE(depth_adds_contract_projects_supporters_and_years) {
  History h;
  h.At("2022-02-28").Order("o1", 100);
  h.At("2024-03-01").Contract("c1", "2024-03-01", "2025-02-28");
  // 200 for a contract one day short of 12 months, 80 for two full years.
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kDepth) == "280");
  h.Contract("c2", "2024-03-01", "2025-03-01");
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kDepth) == "480");
  v1::JointProjectStarted project;
  project.set_project_id("p1");
  v1::TrialStarted trial;
  trial.set_trial_id("t1");
  h.At("2024-03-02").Add(project).Add(trial);
  trial.set_trial_id("t2");
  h.Add(trial);
  BOOST_TEST(Text(h.AsOf("2024-03-02"), kDepth) == "680");
  h.At("2024-03-03").Contact("a", "", v1::LEVEL_SENIOR, v1::COMMITTEE_ROLE_USER, v1::STANCE_SUPPORTER);
  h.Contact("b", "", v1::LEVEL_SENIOR, v1::COMMITTEE_ROLE_USER, v1::STANCE_MENTOR);
  h.Contact("c", "", v1::LEVEL_SENIOR, v1::COMMITTEE_ROLE_USER, v1::STANCE_NEUTRAL);
  v1::ContactRemoved removed;
  removed.set_contact_id("b");
  BOOST_TEST(Text(h.AsOf("2024-03-03"), kDepth) == "780");
  h.At("2024-03-04").Add(removed);
  BOOST_TEST(Text(h.AsOf("2024-03-04"), kDepth) == "730");
}

BOOST_AUTO_TEST_CASE(a_contract_is_active_from_its_start_until_just_before_its_end) {
  History h;
  h.At("2024-01-01").Contract("c1", "2024-02-01T08:00:00Z", "2024-05-01T08:00:00Z");
  BOOST_TEST(Text(h.AsOf("2024-02-01T07:59:59Z"), kDepth) == "0");
  BOOST_TEST(Text(h.AsOf("2024-02-01T08:00:00Z"), kDepth) == "200");
  BOOST_TEST(Text(h.AsOf("2024-05-01T07:59:59.999999Z"), kDepth) == "200");
  BOOST_TEST(Text(h.AsOf("2024-05-01T08:00:00Z"), kDepth) == "0");
  h.At("2024-03-01").EndContract("c1");
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kDepth) == "0");
}

BOOST_AUTO_TEST_CASE(value_runs_between_the_band_points_and_stays_at_the_last) {
  const auto value_of = [](int64_t amount) {
    History h;
    h.At("2024-01-10").Order("o1", amount);
    return Text(h.AsOf("2024-01-10"), kValue);
  };
  BOOST_TEST(value_of(0) == "0");
  BOOST_TEST(value_of(10'000) == "200");
  // 200 + 45,000 * 200 / 90,000
  BOOST_TEST(value_of(55'000) == "300");
  // 0 + 25 * 200 / 10,000 = 0.5 and 75 * 200 / 10,000 = 1.5: half to even.
  BOOST_TEST(value_of(25) == "0");
  BOOST_TEST(value_of(75) == "2");
  BOOST_TEST(value_of(1'250'000) == "700");
  BOOST_TEST(value_of(10'000'000) == "1000");
  BOOST_TEST(value_of(90'000'000) == "1000");
}

BOOST_AUTO_TEST_CASE(value_is_net_of_credit_notes_and_cancellations_and_never_below_zero) {
  History h;
  h.At("2024-01-10").Order("o1", 100'000).Order("o2", 10'000);
  v1::CreditNoteIssued note;
  note.set_credit_note_id("n1");
  note.set_currency_code("CNY");
  *note.add_lines() = OrderLine(1, 55'000);
  h.At("2024-02-10").Add(note).CancelOrder("o2");
  BOOST_TEST(Text(h.AsOf("2024-01-31"), kValue) == "405");  // 110,000: 400 + 10,000 * 200 / 400,000
  BOOST_TEST(Text(h.AsOf("2024-02-29"), kValue) == "278");  // 45,000: 200 + 35,000 * 200 / 90,000 = 277.8
  // From January on only the February minus is left in the window.
  BOOST_TEST(Text(h.AsOf("2025-01-01"), kValue) == "0");
}

BOOST_AUTO_TEST_CASE(profit_counts_only_lines_that_state_a_cost) {
  History h;
  h.account.first_policy.measure = Measure::kProfit;
  v1::OrderPlaced order;
  order.set_order_id("o1");
  order.set_currency_code("CNY");
  *order.add_lines() = OrderLine(10, 2'000);
  *order.add_lines() = OrderLine(10, 3'000);
  order.mutable_lines(1)->set_unit_cost_micros(2'000'000'000);
  h.At("2024-01-10").Add(order);
  BOOST_TEST(Text(h.AsOf("2024-01-10"), kValue) == "200");
}

BOOST_AUTO_TEST_CASE(units_and_project_income_are_measures_too) {
  History h;
  v1::OrderPlaced order;
  order.set_order_id("o1");
  order.set_currency_code("CNY");
  *order.add_lines() = OrderLine(5'000, 1);
  h.At("2024-01-10").Add(order).Order("o2", 10'000, "", "CNY", "bridge");
  h.account.first_policy.measure = Measure::kUnits;
  BOOST_TEST(Text(h.AsOf("2024-01-10"), kValue) == "100");  // 5,001 pieces: 100.02
  h.account.first_policy.measure = Measure::kProjectIncome;
  BOOST_TEST(Text(h.AsOf("2024-01-10"), kValue) == "200");
}

BOOST_AUTO_TEST_CASE(payment_weighs_days_late_with_the_amounts) {
  History h;
  h.At("2024-01-02").Invoice("i1", 300, "2024-01-31T12:00:00Z").Invoice("i2", 100, "2024-02-10");
  BOOST_TEST(Text(h.AsOf("2024-01-31T23:00:00Z"), kPayment) == "1000");
  h.At("2024-02-09").Pay("p1", "i1", 300);
  h.At("2024-02-19").Pay("p2", "i2", 50);
  // 300 x 9 days, 50 x 9 days, 50 unpaid for 18 days on 28 February: 4,050 / (400 x 90) = 0.1125 -> 112.5, to the even 112.
  BOOST_TEST(Text(h.AsOf("2024-02-28"), kPayment) == "888");
}

BOOST_AUTO_TEST_CASE(an_invoice_due_in_the_window_only_counts_while_its_month_is_in_it) {
  History h;
  h.At("2024-01-02").Invoice("i1", 300, "2024-03-31");
  BOOST_TEST(Text(h.AsOf("2024-02-29"), kPayment) == "n/a");
  BOOST_TEST(Text(h.AsOf("2024-03-01"), kPayment) == "1000");
  BOOST_TEST(Text(h.AsOf("2024-05-15"), kPayment) == "500");
  BOOST_TEST(Text(h.AsOf("2025-02-28"), kPayment) == "0");
  BOOST_TEST(Text(h.AsOf("2025-03-01"), kPayment) == "n/a");
}

BOOST_AUTO_TEST_CASE(a_cancelled_invoice_leaves_only_what_was_paid) {
  History h;
  h.At("2024-01-02").Invoice("i1", 300, "2024-01-10").At("2024-01-19").Pay("p1", "i1", 100);
  v1::InvoiceCancelled cancelled;
  cancelled.set_invoice_id("i1");
  h.At("2024-01-20").Add(cancelled);
  BOOST_TEST(Text(h.AsOf("2024-06-20"), kPayment) == "900");
  h.At("2024-01-21").Pay("p2", "i1", 100);
  BOOST_TEST(AnomaliesOf(h.AsOf("2024-06-20"), 3) == "PAYMENT_EXCEEDS_OPEN_AMOUNT");
  BOOST_TEST(Text(h.AsOf("2024-06-20"), kPayment) == "900");
}

BOOST_AUTO_TEST_CASE(service_loses_points_for_open_complaints_recurrences_and_missed_times) {
  History h;
  h.At("2024-01-10").Order("o1", 100);
  BOOST_TEST(Text(h.AsOf("2024-01-10"), kService) == "1000");
  h.At("2024-01-11").Complain("k1", "leak");
  BOOST_TEST(Text(h.AsOf("2024-01-11T08:00:00Z").dimensions[kService]) == "350");  // first response missed: 850 - 500
  h.At("2024-01-11T07:00:00Z").Step<v1::ComplaintAcknowledged>("k1");
  h.At("2024-01-12").Step<v1::ComplaintResolved>("k1");
  BOOST_TEST(Text(h.AsOf("2024-01-12"), kService) == "1000");
  // 30 x 24 h after the resolution: a recurrence; the critical first response is missed after 2 h: 2 hits, 1 miss -> 167.
  h.At("2024-02-11").Complain("k2", "leak", v1::SEVERITY_CRITICAL);
  BOOST_TEST(Text(h.AsOf("2024-02-11T02:00:00Z"), kService) == "433");
  BOOST_TEST(Text(h.AsOf("2024-02-11T01:59:59Z"), kService) == "600");
}

BOOST_AUTO_TEST_CASE(service_applies_as_long_as_a_complaint_is_open) {
  History h;
  h.At("2024-01-11").Complain("k1");
  // Both misses left the window with January; the open complaint is still there.
  BOOST_TEST(Text(h.AsOf("2025-01-15"), kService) == "850");
  h.At("2025-01-15").Step<v1::ComplaintClosed>("k1");
  BOOST_TEST(Text(h.AsOf("2025-01-15"), kService) == "n/a");
}

BOOST_AUTO_TEST_CASE(satisfaction_is_the_mean_of_answers_on_any_scale) {
  History h;
  h.At("2024-01-01");
  const auto answer = [&](int score, int scale) { h.Survey(score, scale); };
  answer(5, 7);
  BOOST_TEST(Text(h.AsOf("2024-01-01"), kSatisfaction) == "714");
  answer(8, 10);
  answer(3, 5);
  // (714.29 + 800 + 600) / 3 = 704.76
  BOOST_TEST(Text(h.AsOf("2024-01-01"), kSatisfaction) == "705");
}

BOOST_AUTO_TEST_CASE(loyalty_counts_months_with_orders_or_contracts_and_full_years) {
  History h;
  h.At("2023-01-15").Order("o1", 100).CancelOrder("o1").Order("o2", 100);
  h.At("2023-03-15").Order("o3", 100);
  BOOST_TEST(Text(h.AsOf("2023-03-31"), kLoyalty) == "100");
  h.At("2023-04-01").Contract("c1", "2023-06-10", "2023-08-01");
  // The contract has not begun on 9 June; in August it is over.
  BOOST_TEST(Text(h.AsOf("2023-06-09"), kLoyalty) == "100");
  BOOST_TEST(Text(h.AsOf("2023-06-10"), kLoyalty) == "150");
  BOOST_TEST(Text(h.AsOf("2023-08-31"), kLoyalty) == "200");
  // January has left the window; one full year.
  BOOST_TEST(Text(h.AsOf("2024-01-15"), kLoyalty) == "230");
}

BOOST_AUTO_TEST_CASE(the_score_is_the_weighted_mean_of_what_applies) {
  History h;
  h.At("2024-01-10").Order("o1", 10'000, "pumps");
  // breadth 75 x 15, depth 0 x 20, value 200 x 20, service 1000 x 8, loyalty 50 x 5 = 13,375 / 68 = 196.7
  BOOST_TEST(Text(h.AsOf("2024-01-10").score) == "197");
  h.account.first_policy.when_missing.fill(WhenMissing::kAsZero);
  BOOST_TEST(Text(h.AsOf("2024-01-10").score) == "134");  // 133.75
}

BOOST_AUTO_TEST_CASE(amounts_in_another_currency_are_in_no_dimension_but_the_order_counts) {
  History h;
  h.At("2024-01-10").Order("o1", 10'000, "pumps").Order("o2", 50'000, "valves", "EUR").Invoice("i1", 500, "2024-01-11", "EUR");
  const State state = h.AsOf("2024-06-10");
  BOOST_TEST(Text(state, kValue) == "200");
  BOOST_TEST(Text(state, kPayment) == "n/a");
  BOOST_TEST(Text(state, kBreadth) == "150");
  BOOST_TEST(AnomaliesOf(state, 1) == "FOREIGN_CURRENCY");
  BOOST_TEST(AnomaliesOf(state, 2) == "FOREIGN_CURRENCY");
  const Month january{(2024 - 1970) * 12};
  BOOST_TEST(static_cast<int64_t>(state.sums.at("EUR").at(january).revenue) == 50'000'000'000);
  BOOST_TEST(state.sums.at("CNY").at(january).orders == 1);
}

BOOST_AUTO_TEST_SUITE_END()
