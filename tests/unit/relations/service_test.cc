// The SLA clocks of complaints: hits, misses, pauses, episodes.
#include <boost/test/unit_test.hpp>

#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

struct Sla {
  uint32_t hits = 0, misses = 0;
  friend bool operator==(const Sla&, const Sla&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Sla& s) { return out << s.hits << " hits, " << s.misses << " misses"; }
};

Sla Decisions(const AccountCore& core) {
  Sla sla;
  for (const MonthBucket& m : core.months) sla.hits += m.sla_hits, sla.misses += m.sla_misses;
  return sla;
}

// Filed on Monday 4 March 2024 at 08:00: first response due 16:00, resolution due on the 7th at 08:00.
Scene Filed(Severity severity = Severity::kNormal) {
  Scene acme;
  acme.Happens("2024-03-04T08:00:00Z", ComplaintFiled{.complaint_id = "x", .category = "leak", .severity = severity});
  return acme;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(service_suite)

BOOST_AUTO_TEST_CASE(an_answer_at_the_due_instant_is_a_hit_a_microsecond_later_a_miss) {
  Scene in_time = Filed(), late = Filed();
  in_time.Happens("2024-03-04T16:00:00Z", ComplaintAcknowledged{.complaint_id = "x"});
  BOOST_TEST(Decisions(in_time.core()) == (Sla{1, 0}));
  late.Happens("2024-03-04T16:00:00.000001Z", ComplaintAcknowledged{.complaint_id = "x"});
  BOOST_TEST(Decisions(late.core()) == (Sla{0, 1}));
  late.Happens("2024-03-07T08:00:00Z", ComplaintResolved{.complaint_id = "x"});
  BOOST_TEST(Decisions(late.core()) == (Sla{1, 1}));
  BOOST_TEST(late.core().sla_clocks.empty());
}

BOOST_AUTO_TEST_CASE(a_read_at_the_due_instant_sees_the_miss) {
  const Scene acme = Filed();
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-04T15:59:59.999999Z")) == (Sla{0, 0}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-04T16:00:00Z")) == (Sla{0, 1}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-07T08:00:00Z")) == (Sla{0, 2}));
}

BOOST_AUTO_TEST_CASE(critical_complaints_have_shorter_times) {
  const Scene acme = Filed(Severity::kCritical);
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-04T10:00:00Z")) == (Sla{0, 1}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-05T08:00:00Z")) == (Sla{0, 2}));
}

BOOST_AUTO_TEST_CASE(a_resolution_answers_too_and_so_does_closing_an_open_one) {
  Scene resolved = Filed(), closed = Filed();
  resolved.Happens("2024-03-04T09:00:00Z", ComplaintResolved{.complaint_id = "x"});
  closed.Happens("2024-03-04T09:00:00Z", ComplaintClosed{.complaint_id = "x"});
  BOOST_TEST(Decisions(resolved.core()) == (Sla{2, 0}));
  BOOST_TEST(Decisions(closed.core()) == (Sla{2, 0}));
  BOOST_TEST(closed.Row<Complaint>("x")->resolved_at.has_value());
}

BOOST_AUTO_TEST_CASE(a_pause_moves_both_due_times_by_its_length) {
  Scene acme = Filed();
  acme.Happens("2024-03-04T12:00:00Z", ComplaintPaused{.complaint_id = "x"});
  BOOST_TEST(Decisions(acme.ReadAt("2024-04-30")) == (Sla{0, 0}));              // nothing falls due while paused
  acme.Happens("2024-03-06T12:00:00Z", ComplaintResumed{.complaint_id = "x"});  // 48 h later
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-06T15:59:59.999999Z")) == (Sla{0, 0}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-06T16:00:00Z")) == (Sla{0, 1}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-09T07:59:59.999999Z")) == (Sla{0, 1}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-09T08:00:00Z")) == (Sla{0, 2}));
}

BOOST_AUTO_TEST_CASE(an_answer_while_paused_ends_the_pause_and_is_a_hit) {
  Scene acme = Filed();
  acme.Happens("2024-03-04T12:00:00Z", ComplaintPaused{.complaint_id = "x"});
  acme.Happens("2024-03-05T12:00:00Z", ComplaintAcknowledged{.complaint_id = "x"});  // 24 h of pause
  BOOST_TEST(Decisions(acme.core()) == (Sla{1, 0}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-08T07:59:59.999999Z")) == (Sla{1, 0}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-08T08:00:00Z")) == (Sla{1, 1}));
}

BOOST_AUTO_TEST_CASE(a_pause_after_the_response_was_missed_stops_the_resolution_only) {
  Scene acme = Filed();
  acme.Happens("2024-03-05T08:00:00Z", ComplaintPaused{.complaint_id = "x"});
  BOOST_TEST(Decisions(acme.core()) == (Sla{0, 1}));
  acme.Happens("2024-03-10T08:00:00Z", ComplaintResolved{.complaint_id = "x"});
  BOOST_TEST(Decisions(acme.core()) == (Sla{1, 1}));
}

BOOST_AUTO_TEST_CASE(reopening_starts_a_new_episode_with_new_times) {
  Scene acme = Filed();
  acme.Happens("2024-03-04T09:00:00Z", ComplaintResolved{.complaint_id = "x"});
  acme.Happens("2024-03-20T08:00:00Z", ComplaintReopened{.complaint_id = "x"});
  BOOST_TEST(acme.core().counts.complaints_open_other == 1u);
  BOOST_TEST(acme.Row<Complaint>("x")->episodes == 2u);
  acme.Happens("2024-03-20T09:00:00Z", ComplaintAcknowledged{.complaint_id = "x"});  // a new first response
  BOOST_TEST(Decisions(acme.core()) == (Sla{3, 0}));
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-23T08:00:00Z")) == (Sla{3, 1}));
}

BOOST_AUTO_TEST_CASE(times_come_from_the_policy_in_force_when_the_episode_starts) {
  Scene acme;
  Policy quick = StandardPolicy();
  quick.sla_normal = {1, 2};
  acme.Adopts(quick, "2024-03-10");
  acme.Happens("2024-03-09T23:00:00Z", ComplaintFiled{.complaint_id = "old"});
  acme.Happens("2024-03-10", ComplaintFiled{.complaint_id = "new"});
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-10T02:00:00Z")) == (Sla{0, 2}));  // both of the new one
  BOOST_TEST(Decisions(acme.ReadAt("2024-03-10T07:00:00Z")) == (Sla{0, 3}));
}

BOOST_AUTO_TEST_CASE(a_miss_counts_in_the_month_of_its_due_instant) {
  Scene acme;
  acme.Happens("2024-03-31T20:00:00Z", ComplaintFiled{.complaint_id = "x"});
  const AccountCore core = acme.ReadAt("2024-05-01");
  BOOST_REQUIRE(core.months.size() == 2u);
  BOOST_TEST(core.months.at(0).sla_misses == 0u);
  BOOST_TEST(core.months.at(1).sla_misses == 2u);
}

BOOST_AUTO_TEST_CASE(recurrence_looks_back_thirty_days_to_the_microsecond_in_the_same_category) {
  struct Row {
    const char* filed_at;
    const char* category;
    bool recurs;
  };
  for (const Row row : {Row{"2024-04-04T09:00:00Z", "leak", true},
                        {"2024-04-04T09:00:00.000001Z", "leak", false},
                        {"2024-03-10", "noise", false},
                        {"2024-03-10", "", false}}) {
    Scene acme = Filed();
    acme.Happens("2024-03-04T09:00:00Z", ComplaintResolved{.complaint_id = "x"});
    acme.Happens("2024-03-05T09:00:00Z", ComplaintClosed{.complaint_id = "x"});  // the closing counts, not the resolution
    acme.Happens(row.filed_at, ComplaintFiled{.complaint_id = "y", .category = row.category});
    BOOST_TEST(acme.Row<Complaint>("y")->recurrence == row.recurs, row.filed_at << " " << row.category);
    BOOST_TEST(acme.core().months.back().recurrences == (row.recurs ? 1u : 0u));
  }
}

BOOST_AUTO_TEST_SUITE_END()
