// One worked example per formula, and its edges. Numbers computed by hand from
// docs/domain-decisions.md, "The dimensions".
#include <boost/test/unit_test.hpp>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

constexpr int kNone = kNotApplicable;

VisitHeld Visited(std::string id, std::vector<CustomerParticipant> customers, Level ours = Level::kUnspecified) {
  VisitHeld visit{.visit_id = std::move(id), .customers = std::move(customers)};
  if (ours != Level::kUnspecified) visit.ours.push_back({.employee = "e", .level = ours});
  return visit;
}
CustomerParticipant Met(Level level, std::string department = "", std::string contact_id = "") {
  return {.contact_id = std::move(contact_id), .level = level, .department = std::move(department)};
}
ContractSigned Signed(std::string id, std::string_view from, std::string_view to, std::vector<std::string> lines = {}) {
  return {.contract_id = std::move(id), .starts_at = At(from), .ends_at = At(to), .business_lines = std::move(lines)};
}
InvoiceIssued Invoiced(std::string id, int64_t amount, std::string_view due) {
  return {.invoice_id = std::move(id), .amount = Eur(amount), .due_at = At(due)};
}
PaymentReceived Paid(std::string id, std::string invoice, int64_t amount) {
  return {.payment_id = std::move(id), .invoice_id = std::move(invoice), .amount = Eur(amount)};
}
void Answered(Scene& scene, std::string_view at, const std::string& id, int32_t score, int32_t scale) {
  scene.Happens(at, SurveySent{.survey_id = id});
  scene.Happens(at, SurveyAnswered{.survey_id = id, .score = score, .scale = scale});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(dimensions_suite)

// ---- height

BOOST_AUTO_TEST_CASE(height_is_the_highest_level_met_and_up_to_three_executive_meetings) {
  Scene acme;
  acme.Happens("2024-01-10", SurveySent{.survey_id = "s"});
  BOOST_TEST(acme.DimensionAt("2024-01-10", Dimension::kHeight) == kNone);  // never visited
  acme.Happens("2024-01-11", Visited("v1", {Met(Level::kGrassRoots)}));
  BOOST_TEST(acme.DimensionAt("2024-01-11", Dimension::kHeight) == 150);
  acme.Happens("2024-01-12", Visited("v2", {Met(Level::kOperational), Met(Level::kSenior)}));
  BOOST_TEST(acme.DimensionAt("2024-01-12", Dimension::kHeight) == 550);
  acme.Happens("2024-01-13", Visited("v3", {Met(Level::kExecutive)}, Level::kSenior));
  BOOST_TEST(acme.DimensionAt("2024-01-13", Dimension::kHeight) == 700);  // no executive of ours
  for (int i = 4; i <= 7; ++i)
    acme.Happens("2024-01-14", Visited("v" + std::to_string(i), {Met(Level::kExecutive), Met(Level::kExecutive)}, Level::kExecutive));
  BOOST_TEST(acme.DimensionAt("2024-01-14", Dimension::kHeight) == 1000);  // 700 + 100 * min(4, 3)
}

BOOST_AUTO_TEST_CASE(a_visit_counts_until_the_end_of_the_eleventh_month_after_it) {
  Scene acme;
  acme.Happens("2024-03-03", Visited("v1", {Met(Level::kSenior)}));
  BOOST_TEST(acme.DimensionAt("2025-02-28T23:59:59.999999Z", Dimension::kHeight) == 550);
  BOOST_TEST(acme.DimensionAt("2025-03-01", Dimension::kHeight) == 0);  // visits exist, none in W12
}

BOOST_AUTO_TEST_CASE(a_visit_without_a_known_level_is_height_0_not_missing) {
  Scene acme;
  acme.Happens("2024-03-03", Visited("v1", {Met(Level::kUnspecified)}));
  BOOST_TEST(acme.DimensionAt("2024-03-03", Dimension::kHeight) == 0);
}

BOOST_AUTO_TEST_CASE(an_unstated_level_is_the_contacts_at_the_time_of_the_visit) {
  Scene acme;
  acme.Happens("2024-03-01", ContactAdded{.contact_id = "ann", .department = "purchasing", .level = Level::kOperational});
  acme.Happens("2024-03-02", Visited("v1", {Met(Level::kUnspecified, "", "ann")}));
  acme.Happens("2024-03-03", ContactChanged{.contact_id = "ann", .level = Level::kExecutive});  // promoted afterwards
  BOOST_TEST(acme.DimensionAt("2024-03-03", Dimension::kHeight) == 350);
  acme.Happens("2024-03-04", Visited("v2", {Met(Level::kSenior, "", "ann")}));  // stated wins
  BOOST_TEST(acme.DimensionAt("2024-03-04", Dimension::kHeight) == 550);
}

// ---- breadth

BOOST_AUTO_TEST_CASE(breadth_adds_departments_levels_and_lines) {
  Scene acme;
  acme.Happens("2024-03-01", SurveySent{.survey_id = "s"});
  BOOST_TEST(acme.DimensionAt("2024-03-01", Dimension::kBreadth) == kNone);
  acme.Happens("2024-03-01", Visited("v1", {Met(Level::kSenior, "purchasing"), Met(Level::kOperational, "production"),
                                            Met(Level::kSenior, "purchasing")}));
  BOOST_TEST(acme.DimensionAt("2024-03-01", Dimension::kBreadth) == 310);  // 400*2/5 + 300*2/4 = 160 + 150
  acme.Happens("2024-03-02", MakeOrder("o1", {{"pumps", 10, {}}, {"valves", 10, {}}, {"pumps", 10, {}}, {"", 5, {}}}));
  BOOST_TEST(acme.DimensionAt("2024-03-02", Dimension::kBreadth) == 460);  // + 300*2/4
  acme.Happens("2024-03-03", Signed("k1", "2024-04-01", "2025-04-01", {"service"}));
  BOOST_TEST(acme.DimensionAt("2024-03-31", Dimension::kBreadth) == 460);  // not active yet
  BOOST_TEST(acme.DimensionAt("2024-04-01", Dimension::kBreadth) == 535);  // + 300*1/4
}

BOOST_AUTO_TEST_CASE(breadth_counts_at_most_five_departments_and_four_lines) {
  Scene acme;
  std::vector<CustomerParticipant> people;
  for (int i = 0; i < 9; ++i) people.push_back(Met(static_cast<Level>(1 + i % 4), "department " + std::to_string(i)));
  acme.Happens("2024-03-01", Visited("v1", people));
  std::vector<Line> lines;
  for (int i = 0; i < 40; ++i) lines.push_back({"line " + std::to_string(i), 1, {}});
  acme.Happens("2024-03-02", MakeOrder("o1", lines));
  BOOST_TEST(acme.DimensionAt("2024-03-02", Dimension::kBreadth) == 1000);
  BOOST_TEST(acme.core().months.at(0).lines.size == 16);  // the documented bound
}

BOOST_AUTO_TEST_CASE(names_of_months_that_are_over_make_room_and_new_ones_count) {
  Scene acme;
  acme.Happens("2023-01-05", MakeOrder("o1", {{"pumps", 1, {}}, {"valves", 1, {}}}));
  acme.Happens("2023-06-05", MakeOrder("o2", {{"valves", 1, {}}}));
  acme.Happens("2024-02-05", MakeOrder("o3", {{"seals", 1, {}}}));  // January 2023 is over
  BOOST_TEST(acme.core().lines.names == (std::vector<std::string>{"seals", "valves"}), boost::test_tools::per_element());
  BOOST_TEST(acme.DimensionAt("2024-02-05", Dimension::kBreadth) == 150);  // 300*2/4
}

BOOST_AUTO_TEST_CASE(the_lines_of_a_cancelled_order_still_count) {
  Scene acme;
  acme.Happens("2024-03-02", MakeOrder("o1", {{"pumps", 10, {}}}));
  acme.Happens("2024-03-03", OrderCancelled{.order_id = "o1"});
  BOOST_TEST(acme.DimensionAt("2024-03-03", Dimension::kBreadth) == 75);
}

// ---- depth

BOOST_AUTO_TEST_CASE(depth_adds_contract_projects_supporters_and_years) {
  Scene acme;
  acme.Happens("2022-02-10", ContactAdded{.contact_id = "ann", .stance = Stance::kSupporter});
  BOOST_TEST(acme.DimensionAt("2022-02-10", Dimension::kDepth) == kNone);
  acme.Happens("2022-02-28", MakeOrder("o1", 10));
  BOOST_TEST(acme.DimensionAt("2022-02-28", Dimension::kDepth) == 50);  // one supporter
  acme.Happens("2024-02-27", Signed("k1", "2024-03-01", "2025-02-28"));
  BOOST_TEST(acme.DimensionAt("2024-02-29", Dimension::kDepth) == 130);  // + 2 full years * 40
  BOOST_TEST(acme.DimensionAt("2024-03-01", Dimension::kDepth) == 330);  // + active contract of 11 months
  acme.Happens("2024-03-05", ContractAmended{.contract_id = "k1", .ends_at = At("2025-03-01")});
  BOOST_TEST(acme.DimensionAt("2024-03-05", Dimension::kDepth) == 530);  // of 12 months: 400 instead of 200
  acme.Happens("2024-03-06", JointProjectStarted{.project_id = "p1"});
  acme.Happens("2024-03-06", TrialStarted{.trial_id = "t1"});
  acme.Happens("2024-03-06", TrialStarted{.trial_id = "t2"});
  BOOST_TEST(acme.DimensionAt("2024-03-06", Dimension::kDepth) == 730);  // + 100 each, at most 200
  BOOST_TEST(acme.DimensionAt("2025-03-01", Dimension::kDepth) == 170);  // contract over, projects out of W12, 3 years
}

BOOST_AUTO_TEST_CASE(only_present_supporters_and_mentors_count_by_their_stance_now) {
  Scene acme;
  acme.Happens("2024-01-01", MakeOrder("o1", 10));
  for (const char* id : {"a", "b", "c", "d", "e"}) acme.Happens("2024-01-02", ContactAdded{.contact_id = id, .stance = Stance::kMentor});
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kDepth) == 200);  // at most 200
  acme.Happens("2024-01-03", ContactRemoved{.contact_id = "a"});
  acme.Happens("2024-01-03", ContactRemoved{.contact_id = "b"});
  acme.Happens("2024-01-03", ContactChanged{.contact_id = "c", .stance = Stance::kNeutral});
  BOOST_TEST(acme.DimensionAt("2024-01-03", Dimension::kDepth) == 100);
  acme.Happens("2024-01-04", ContactAdded{.contact_id = "a", .stance = Stance::kSupporter});  // back again
  BOOST_TEST(acme.DimensionAt("2024-01-04", Dimension::kDepth) == 150);
}

// ---- value

BOOST_AUTO_TEST_CASE(value_is_interpolated_between_the_bands) {
  struct Row {
    int64_t revenue;
    int points;
  };
  // 200 + (55,000-10,000)*200/90,000 = 300; 10,225 -> 200.5, to the even 200; 10,675 -> 201.5, to the even 202.
  for (const Row row : {Row{0, 0},
                        {5'000, 100},
                        {10'000, 200},
                        {55'000, 300},
                        {10'225, 200},
                        {10'675, 202},
                        {100'000, 400},
                        {2'000'000, 800},
                        {6'000'000, 900},
                        {10'000'000, 1000},
                        {900'000'000, 1000}}) {
    Scene acme;
    acme.Happens("2024-03-02", MakeOrder("o1", row.revenue));
    BOOST_TEST(acme.DimensionAt("2024-03-02", Dimension::kValue) == row.points, "for " << row.revenue);
  }
}

BOOST_AUTO_TEST_CASE(value_is_missing_before_the_first_order_and_0_when_negative) {
  Scene acme;
  acme.Happens("2024-03-01", CreditNoteIssued{.credit_note_id = "c", .currency = kEur, .lines = MakeOrder("", 10).lines});
  BOOST_TEST(acme.DimensionAt("2024-03-01", Dimension::kValue) == kNone);
  acme.Happens("2024-03-02", MakeOrder("o1", 5, kUsd));  // an order, though of another currency
  BOOST_TEST(acme.DimensionAt("2024-03-02", Dimension::kValue) == 0);
}

BOOST_AUTO_TEST_CASE(value_follows_the_policys_measure) {
  Scene acme;
  OrderPlaced order = MakeOrder("o1", {{"pumps", 10'000, 5'000}});
  order.project_id = "plant";
  acme.Happens("2024-03-02", order);
  acme.Happens("2024-03-03", MakeOrder("o2", {{"pumps", 20'000, {}}}));
  Policy policy = StandardPolicy();
  const auto value = [&](Measure measure) {
    policy.measure = measure;
    return acme.DimensionAt("2024-03-03", Dimension::kValue, policy);
  };
  BOOST_TEST(value(Measure::kRevenue) == 244);        // 30,000: 200 + 20,000*200/90,000 = 244.4
  BOOST_TEST(value(Measure::kProfit) == 100);         // 5,000 of the one line that states a cost
  BOOST_TEST(value(Measure::kProjectIncome) == 200);  // 10,000
  BOOST_TEST(value(Measure::kUnits) == 0);            // 2 pieces of 10,000 for 200 points: 0.04
}

// ---- payment

BOOST_AUTO_TEST_CASE(payment_weighs_days_late_by_amount) {
  Scene acme;
  acme.Happens("2024-01-02", MakeOrder("o1", 10));
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kPayment) == kNone);
  acme.Happens("2024-01-02", Invoiced("i1", 1000, "2024-01-31"));
  acme.Happens("2024-01-02", Invoiced("i2", 3000, "2024-02-10"));
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kPayment) == 1000);
  acme.Happens("2024-02-05", Paid("p1", "i1", 600));  // 5 days late
  // On 20 February: 600*5 + 400*20 + 3000*10 = 41,000 of 4,000*90: 1000 - 113.9
  BOOST_TEST(acme.DimensionAt("2024-02-20", Dimension::kPayment) == 886);
  acme.Happens("2024-02-21", InvoiceCancelled{.invoice_id = "i2"});
  // 600*5 + 400*21 = 11,400 of 1,000*90: 1000 - 126.7
  BOOST_TEST(acme.DimensionAt("2024-02-21", Dimension::kPayment) == 873);
}

BOOST_AUTO_TEST_CASE(an_invoice_takes_part_from_the_month_it_is_due_in) {
  Scene acme;
  acme.Happens("2024-01-02", Invoiced("i1", 1000, "2024-03-15"));
  BOOST_TEST(acme.DimensionAt("2024-02-29", Dimension::kPayment) == kNone);
  BOOST_TEST(acme.DimensionAt("2024-03-01", Dimension::kPayment) == 1000);  // due later this month, 0 days late
  BOOST_TEST(acme.DimensionAt("2024-06-13", Dimension::kPayment) == 0);     // 90 days
  BOOST_TEST(acme.DimensionAt("2025-02-28", Dimension::kPayment) == 0);
  BOOST_TEST(acme.DimensionAt("2025-03-01", Dimension::kPayment) == kNone);  // March 2024 left W12
  BOOST_TEST((OverdueAmount(acme.ReadAt("2025-03-01"), At("2025-03-01"), 60, acme.calendar()) == Units(1000)));
}

BOOST_AUTO_TEST_CASE(a_payment_long_after_still_clears_what_was_open) {
  Scene acme;
  acme.Happens("2024-01-02", Invoiced("i1", 1000, "2024-03-15"));
  acme.Happens("2026-01-02", Paid("p1", "i1", 300));
  BOOST_TEST((acme.core().older_open == Units(700)));
  acme.Happens("2026-01-03", Paid("p2", "i1", 700));
  BOOST_TEST((acme.core().older_open == 0));
  BOOST_TEST(acme.DimensionAt("2026-01-03", Dimension::kPayment) == kNone);
}

BOOST_AUTO_TEST_CASE(only_the_account_currency_takes_part_in_payment) {
  Scene acme;
  acme.Happens("2024-01-02", Invoiced("i1", 1000, "2024-03-15"));
  acme.Happens("2024-01-03", InvoiceIssued{.invoice_id = "i2", .amount = {1'000'000, kUsd}, .due_at = At("2024-01-10")});
  BOOST_TEST(acme.DimensionAt("2024-03-15", Dimension::kPayment) == 1000);
  BOOST_TEST((acme.core().totals.at(1).open == 1'000'000));
}

// ---- service

BOOST_AUTO_TEST_CASE(service_loses_for_open_complaints_recurrences_and_missed_times) {
  Scene acme;
  acme.Happens("2024-01-02", SurveySent{.survey_id = "s"});
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kService) == kNone);
  acme.Happens("2024-01-02", MakeOrder("o1", 10));
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kService) == 1000);
  acme.Happens("2024-02-05T08:00:00Z", ComplaintFiled{.complaint_id = "x1", .category = "leak"});
  acme.Happens("2024-02-05T09:00:00Z", ComplaintFiled{.complaint_id = "x2", .category = "noise", .severity = Severity::kCritical});
  BOOST_TEST(acme.DimensionAt("2024-02-05T09:00:00Z", Dimension::kService) == 550);   // - 150 - 300
  acme.Happens("2024-02-05T11:00:00Z", ComplaintAcknowledged{.complaint_id = "x2"});  // due 11:00: a hit
  acme.Happens("2024-02-05T12:00:00Z", ComplaintResolved{.complaint_id = "x1"});      // both hits
  BOOST_TEST(acme.DimensionAt("2024-02-05T12:00:00Z", Dimension::kService) == 700);
  // x2 not resolved by the 6th, 9:00: 3 hits, 1 miss: - 500*1/4 = 125
  BOOST_TEST(acme.DimensionAt("2024-02-06T09:00:00Z", Dimension::kService) == 575);
  acme.Happens("2024-02-07", ComplaintResolved{.complaint_id = "x2"});
  acme.Happens("2024-03-06T12:00:00Z", ComplaintFiled{.complaint_id = "x3", .category = "leak"});  // 30 days after, to the hour
  // open - 150, recurrence - 100, misses still 125
  BOOST_TEST(acme.DimensionAt("2024-03-06T12:00:00Z", Dimension::kService) == 625);
}

BOOST_AUTO_TEST_CASE(service_never_falls_below_0_and_counts_open_complaints_of_any_age) {
  Scene acme;
  for (int i = 0; i < 9; ++i)
    acme.Happens("2020-02-05", ComplaintFiled{.complaint_id = std::to_string(i), .severity = Severity::kCritical});
  BOOST_TEST(acme.DimensionAt("2020-02-05", Dimension::kService) == 0);
  BOOST_TEST(acme.DimensionAt("2024-02-05", Dimension::kService) == 0);  // still open, so still applicable
}

// ---- satisfaction

BOOST_AUTO_TEST_CASE(satisfaction_is_the_mean_on_one_scale) {
  Scene acme;
  acme.Happens("2024-01-02", SurveySent{.survey_id = "s0"});
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kSatisfaction) == kNone);
  Answered(acme, "2024-01-02", "s1", 8, 10);
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kSatisfaction) == 800);
  Answered(acme, "2024-02-02", "s2", 3, 7);
  BOOST_TEST(acme.DimensionAt("2024-02-02", Dimension::kSatisfaction) == 614);  // (800 + 428.571..)/2 = 614.29
  Answered(acme, "2024-03-02", "s3", 0, 5);
  BOOST_TEST(acme.DimensionAt("2024-03-02", Dimension::kSatisfaction) == 410);  // 1228.571../3 = 409.52
  BOOST_TEST(acme.DimensionAt("2025-01-31", Dimension::kSatisfaction) == 214);  // January left: 428.571../2
}

// ---- loyalty

BOOST_AUTO_TEST_CASE(loyalty_counts_months_with_business_and_years_since_the_first) {
  Scene acme;
  acme.Happens("2020-05-20", MakeOrder("o1", 10));
  BOOST_TEST(acme.DimensionAt("2020-05-20", Dimension::kLoyalty) == 50);  // 600*1/12
  acme.Happens("2023-06-02", Signed("k1", "2023-06-15", "2023-09-01"));
  // June (from the 15th), July, August: 150; 3 full years: 240
  BOOST_TEST(acme.DimensionAt("2023-06-14", Dimension::kLoyalty) == 240);
  BOOST_TEST(acme.DimensionAt("2023-06-15", Dimension::kLoyalty) == 290);
  BOOST_TEST(acme.DimensionAt("2023-09-30", Dimension::kLoyalty) == 390);
  acme.Happens("2023-09-30", MakeOrder("o2", 10));
  BOOST_TEST(acme.DimensionAt("2023-09-30", Dimension::kLoyalty) == 440);
  BOOST_TEST(acme.DimensionAt("2040-01-01", Dimension::kLoyalty) == 400);  // at most 5 years
}

BOOST_AUTO_TEST_CASE(loyalty_is_missing_without_order_or_contract) {
  Scene acme;
  acme.Happens("2024-01-02", Visited("v1", {Met(Level::kSenior)}));
  BOOST_TEST(acme.DimensionAt("2024-01-02", Dimension::kLoyalty) == kNone);
}

// ---- score

BOOST_AUTO_TEST_CASE(the_score_weighs_the_applicable_dimensions) {
  Scene acme;
  acme.Happens("2024-03-01", Visited("v1", {Met(Level::kSenior, "purchasing"), Met(Level::kGrassRoots)}));
  // height 550; breadth 80 of one department and 150 of two levels; nothing else: (15*550 + 15*230)/30 = 390
  BOOST_TEST(acme.AssessAt("2024-03-01").score.value() == 390);
  Policy policy = StandardPolicy();
  policy.missing.fill(MissingTreatment::kAsZero);
  BOOST_TEST(acme.AssessAt("2024-03-01", policy).score.value() == 117);  // 11,700/100
}

BOOST_AUTO_TEST_CASE(scores_round_half_to_even) {
  Policy policy = StandardPolicy();
  policy.weights = {1, 1, 0, 0, 0, 0, 0, 0};
  DimensionValues values = kNoDimensions;
  values[0] = 400, values[1] = 401;
  BOOST_TEST(ScoreOf(values, policy) == 400);  // 400.5
  values[1] = 403;
  BOOST_TEST(ScoreOf(values, policy) == 402);  // 401.5
  BOOST_TEST(ScoreOf(kNoDimensions, policy) == kNone);
}

BOOST_AUTO_TEST_CASE(an_assessment_names_the_events_it_rests_on) {
  Scene acme;
  acme.Happens("2024-03-01", Visited("v1", {Met(Level::kSenior)}));       // 1
  acme.Happens("2024-03-02", Visited("v2", {Met(Level::kSenior)}));       // 2: the newest of March
  acme.Happens("2024-04-02", Visited("v3", {Met(Level::kOperational)}));  // 3
  acme.Happens("2024-04-03", MakeOrder("o1", 10));                        // 4
  const Assessment a = acme.AssessAt("2024-04-03");
  const auto positions = [&](Dimension d) {
    std::vector<uint64_t> numbers;
    for (const Position p : a.dimensions[static_cast<size_t>(d)].evidence) numbers.push_back(p.value);
    return numbers;
  };
  BOOST_TEST(positions(Dimension::kHeight) == (std::vector<uint64_t>{2, 3}), boost::test_tools::per_element());
  BOOST_TEST(positions(Dimension::kValue) == (std::vector<uint64_t>{4}), boost::test_tools::per_element());
  BOOST_TEST(positions(Dimension::kSatisfaction).empty());
  BOOST_TEST(a.gates.size() == 10u);
}

BOOST_AUTO_TEST_SUITE_END()
