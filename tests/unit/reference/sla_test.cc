// The SLA clocks of a complaint: 8 h and 72 h, or 2 h and 24 h when critical.
#include <boost/test/unit_test.hpp>

#include "support/reference/history.h"
#include "unit/reference/printing.h"

using namespace guanxi;
using namespace guanxi::reference;

namespace {

// "2024-01 hits/misses; ..."
std::string Sla(const State& state) {
  std::string text;
  for (const auto& [month, counts] : state.sla) {
    if (!text.empty()) text += "; ";
    text += FormatMonth(month) + " " + std::to_string(counts.hits) + "/" + std::to_string(counts.misses);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reference_sla)

BOOST_AUTO_TEST_CASE(done_at_the_due_instant_is_a_hit_and_later_a_miss) {
  History h;
  h.At("2024-01-10").Complain("k1").At("2024-01-10T08:00:00Z").Step<v1::ComplaintAcknowledged>("k1");
  h.At("2024-01-13T00:00:00.000001Z").Step<v1::ComplaintResolved>("k1");
  BOOST_TEST(Sla(h.AsOf("2024-01-31")) == "2024-01 1/1");
}

BOOST_AUTO_TEST_CASE(a_read_at_the_due_instant_counts_it_as_passed_until_the_answer_is_known) {
  History h;
  h.At("2024-01-10").Complain("k1").At("2024-01-10T08:00:00Z").Step<v1::ComplaintAcknowledged>("k1");
  BOOST_TEST(Sla(h.AsOf(0, "2024-01-10T08:00:00Z")) == "2024-01 0/1");
  BOOST_TEST(Sla(h.AsOf(1, "2024-01-10T08:00:00Z")) == "2024-01 1/0");
}

BOOST_AUTO_TEST_CASE(a_miss_belongs_to_the_month_of_the_due_instant_and_a_hit_to_that_of_the_deed) {
  History h;
  h.At("2024-01-31T20:00:00Z").Complain("k1").At("2024-01-31T21:00:00Z").Step<v1::ComplaintAcknowledged>("k1");
  h.At("2024-01-29T20:00:00Z").Complain("k2").At("2024-02-20").Step<v1::ComplaintResolved>("k1").Step<v1::ComplaintResolved>("k2");
  // k1: response hit in January, resolution due 3 February missed. k2: missed 30 January and 1 February.
  BOOST_TEST(Sla(h.AsOf("2024-02-29")) == "2024-01 1/1; 2024-02 0/2");
}

BOOST_AUTO_TEST_CASE(resolving_without_acknowledgement_answers_both_clocks) {
  History h;
  h.At("2024-01-10").Complain("k1").At("2024-01-10T01:00:00Z").Step<v1::ComplaintClosed>("k1");
  BOOST_TEST(Sla(h.AsOf("2024-01-31")) == "2024-01 2/0");
}

BOOST_AUTO_TEST_CASE(a_pause_moves_both_due_times_by_its_length) {
  History h;
  h.At("2024-01-10").Complain("k1", "", v1::SEVERITY_CRITICAL).At("2024-01-10T01:00:00Z").Step<v1::ComplaintPaused>("k1");
  BOOST_TEST(Sla(h.AsOf("2024-01-20")) == "");
  h.At("2024-01-11T01:00:00Z").Step<v1::ComplaintResumed>("k1");
  h.At("2024-01-11T02:00:00Z").Step<v1::ComplaintAcknowledged>("k1");
  h.At("2024-01-12T00:00:00Z").Step<v1::ComplaintResolved>("k1");
  BOOST_TEST(Sla(h.AsOf("2024-01-31")) == "2024-01 2/0");
}

BOOST_AUTO_TEST_CASE(an_acknowledgement_while_paused_is_a_hit_and_ends_the_pause) {
  History h;
  h.At("2024-01-10").Complain("k1").At("2024-01-10T01:00:00Z").Step<v1::ComplaintPaused>("k1");
  h.At("2024-01-12T01:00:00Z").Step<v1::ComplaintAcknowledged>("k1").Step<v1::ComplaintResumed>("k1");
  BOOST_TEST(AnomaliesOf(h.AsOf("2024-01-31"), 3) == "COMPLAINT_STEP_UNEXPECTED");
  // The resolution clock was moved by 48 h, to 15 January 00:00.
  BOOST_TEST(Sla(h.AsOf("2024-01-14T23:59:59Z")) == "2024-01 1/0");
  BOOST_TEST(Sla(h.AsOf("2024-01-15")) == "2024-01 1/1");
}

BOOST_AUTO_TEST_CASE(reopening_starts_two_new_clocks) {
  History h;
  h.At("2024-01-10").Complain("k1").At("2024-01-10T01:00:00Z").Step<v1::ComplaintResolved>("k1");
  h.At("2024-01-20").Step<v1::ComplaintReopened>("k1");
  BOOST_TEST(Sla(h.AsOf("2024-01-20T08:00:00Z")) == "2024-01 2/1");
  BOOST_TEST(Sla(h.AsOf("2024-01-23T00:00:00Z")) == "2024-01 2/2");
  BOOST_TEST(h.AsOf("2024-01-23").facts.complaints.at("k1").open);
}

BOOST_AUTO_TEST_CASE(steps_that_do_not_fit_change_nothing_and_say_so) {
  History h;
  h.At("2024-01-10").Complain("k1").Step<v1::ComplaintReopened>("k1").Step<v1::ComplaintResumed>("k1");
  h.Step<v1::ComplaintResolved>("k1").Step<v1::ComplaintResolved>("k1").Step<v1::ComplaintPaused>("k1");
  h.Step<v1::ComplaintClosed>("k1").Step<v1::ComplaintClosed>("k1").Step<v1::ComplaintAcknowledged>("nobody").Complain("k1");
  const State state = h.AsOf("2024-01-31");
  const std::vector<std::string> expected = {"",
                                             "COMPLAINT_STEP_UNEXPECTED",
                                             "COMPLAINT_STEP_UNEXPECTED",
                                             "",
                                             "COMPLAINT_STEP_UNEXPECTED",
                                             "COMPLAINT_STEP_UNEXPECTED",
                                             "",
                                             "COMPLAINT_STEP_UNEXPECTED",
                                             "COMPLAINT_UNKNOWN",
                                             "COMPLAINT_ALREADY_FILED"};
  for (size_t i = 0; i < expected.size(); ++i) BOOST_TEST(AnomaliesOf(state, static_cast<int>(i)) == expected[i], "event " << i);
  BOOST_TEST(Sla(state) == "2024-01 2/0");
}

BOOST_AUTO_TEST_CASE(a_recurrence_looks_back_thirty_days_from_the_newest_end_in_its_category) {
  const auto recurs = [](const char* filed, const char* category) {
    History h;
    h.At("2024-01-10").Complain("k1", "leak").At("2024-01-11").Step<v1::ComplaintResolved>("k1");
    h.At("2024-01-20").Step<v1::ComplaintClosed>("k1").At(filed).Complain("k2", category);
    return h.AsOf("2024-12-31").facts.complaints.at("k2").recurrence;
  };
  BOOST_TEST(recurs("2024-02-19T00:00:00Z", "leak"));
  BOOST_TEST(!recurs("2024-02-19T00:00:00.000001Z", "leak"));
  BOOST_TEST(!recurs("2024-02-01", "noise"));
  BOOST_TEST(!recurs("2024-02-01", ""));
  BOOST_TEST(!recurs("2024-01-10T12:00:00Z", "leak"));
}

BOOST_AUTO_TEST_SUITE_END()
