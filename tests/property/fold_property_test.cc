// The engine's fold against the reference model, on random histories. rapidcheck
// prints the seed and the shrunk history; RC_PARAMS overrides seed and size, e.g.
//   RC_PARAMS="seed=42 max_success=10000 max_size=300" build/bin/fold_property_test
#include <rapidcheck.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "property/arbitrary.h"
#include "property/dump.h"
#include "property/fixed_seed.h"

using namespace guanxi;
using namespace guanxi::property;

namespace {

struct Cases : FixedSeed {
  Cases() : FixedSeed(kSanitized ? "seed=20240229 max_success=100 max_size=120" : "seed=20240229 max_success=700 max_size=200") {}
};
BOOST_TEST_GLOBAL_FIXTURE(Cases);

// A point to read at: known_to a position, valid_to near something that happened.
struct ReadPoint {
  uint64_t known_to;
  Timestamp valid_to;
};

ReadPoint PointIn(const reference::Account& account, const Draw& draw) {
  constexpr std::array<int64_t, 8> kAway = {
      0, -1, 1, kMicrosPerHour, kMicrosPerDay, 100 * kMicrosPerDay, 500 * kMicrosPerDay, 3000 * kMicrosPerDay};
  const size_t n = account.events.size();
  const uint64_t known_to = draw.a % 2 == 0 ? n - 1 : static_cast<uint64_t>(draw.b) % n;
  const Timestamp near = account.events[static_cast<size_t>(draw.c) % n].occurred_at;
  const Timestamp valid_to{near.micros + Choose(kAway, draw.when)};
  if (draw.kind % 3 == 2) return {known_to, account.calendar.EndOf(account.calendar.MonthOf(valid_to))};
  return {known_to, valid_to};
}

// Well after every drawn event.
const Timestamp kLatestRead = ParseTimestamp("2031-05-05").value();

void ExpectAgreement(const reference::Account& account, ReadPoint point) {
  const reference::State expected = reference::StateAt(account, point.known_to, point.valid_to);
  if (!expected.exists) return;
  const EngineState actual = RunEngine(account, point.known_to, point.valid_to);
  const std::string difference = Difference(DumpOf(expected, account, point.valid_to), DumpOf(actual, account, point.valid_to));
  if (!difference.empty()) {
    RC_LOG() << "read at R " << point.known_to << ", V " << FormatTimestamp(point.valid_to) << "\n" << difference;
    RC_FAIL("the engine (+) and the reference model (-) disagree");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fold_properties)

BOOST_AUTO_TEST_CASE(the_engine_agrees_with_the_reference_model_at_any_point) {
  BOOST_TEST(rc::check("engine fold == reference model", [](const HistoryDraw& draw, const std::array<Draw, 5>& reads) {
    const reference::Account account = AccountFrom(draw);
    ExpectAgreement(account, {account.events.size() - 1, account.events.back().occurred_at});
    for (const Draw& read : reads) ExpectAgreement(account, PointIn(account, read));
  }));
}

BOOST_AUTO_TEST_CASE(batches_and_stops_on_the_way_make_no_difference) {
  BOOST_TEST(rc::check("batching and advancing are invisible", [](const HistoryDraw& draw, const Draw& read, const Draw& manner) {
    const reference::Account account = AccountFrom(draw);
    const ReadPoint point = PointIn(account, read);
    if (!reference::StateAt(account, point.known_to, point.valid_to).exists) return;
    const EngineState plain = RunEngine(account, point.known_to, point.valid_to);
    const EngineState other =
        RunEngine(account, point.known_to, point.valid_to, {1 + static_cast<size_t>(manner.a) % 9, {manner.b, manner.c, 255 - manner.a}});
    RC_ASSERT(plain.rows == other.rows);
    RC_ASSERT(plain.history == other.history);
    RC_ASSERT(plain.anomalies == other.anomalies);
  }));
}

BOOST_AUTO_TEST_CASE(stepping_from_due_to_due_is_the_same_as_one_jump) {
  BOOST_TEST(rc::check("NextDue misses nothing", [](const HistoryDraw& draw, const Draw& read) {
    const reference::Account account = AccountFrom(draw);
    const ReadPoint point = PointIn(account, read);
    if (!reference::StateAt(account, point.known_to, point.valid_to).exists) return;
    const EngineState jumped = RunEngine(account, point.known_to, point.valid_to);
    const EngineState stepped = RunEngine(account, point.known_to, point.valid_to, {.due_to_due = true});
    RC_ASSERT(jumped.rows == stepped.rows);
    RC_ASSERT(jumped.history == stepped.history);
  }));
}

BOOST_AUTO_TEST_CASE(rows_written_and_read_in_the_middle_of_a_history_make_no_difference) {
  BOOST_TEST(rc::check("rows are lossless", [](const HistoryDraw& draw, const Draw& read, const Draw& manner) {
    const reference::Account account = AccountFrom(draw);
    const ReadPoint point = PointIn(account, read);
    if (!reference::StateAt(account, point.known_to, point.valid_to).exists) return;
    const EngineState plain = RunEngine(account, point.known_to, point.valid_to);
    const EngineState stored = RunEngine(account, point.known_to, point.valid_to,
                                         {.batch = 1 + static_cast<size_t>(manner.a) % 3, .stops = {manner.b}, .through_rows = true});
    RC_ASSERT(plain.rows == stored.rows);
    RC_ASSERT(plain.history == stored.history);
  }));
}

BOOST_AUTO_TEST_CASE(every_tier_change_names_events_that_were_known_and_had_happened) {
  BOOST_TEST(rc::check("evidence", [](const HistoryDraw& draw, const Draw& read) {
    const reference::Account account = AccountFrom(draw);
    const ReadPoint point = PointIn(account, read);
    if (!reference::StateAt(account, point.known_to, point.valid_to).exists) return;
    for (const relations::TierChange& change : RunEngine(account, point.known_to, point.valid_to).history) {
      RC_ASSERT(!change.evidence.empty());
      RC_ASSERT(change.evidence.size() <= relations::kEvidenceMax);
      RC_ASSERT(std::is_sorted(change.evidence.begin(), change.evidence.end()));
      for (const Position position : change.evidence) {
        RC_ASSERT(position.value <= point.known_to);
        RC_ASSERT(account.events.at(position.value).occurred_at <= change.at);
      }
    }
  }));
}

BOOST_AUTO_TEST_CASE(the_core_keeps_the_newest_changes_and_anomalies) {
  BOOST_TEST(rc::check("newest 16", [](const HistoryDraw& draw) {
    const reference::Account account = AccountFrom(draw);
    const EngineState state = RunEngine(account, account.events.size(), kLatestRead);
    const auto& core = state.rows.core;
    const size_t kept = std::min(state.history.size(), relations::kTierChangesKept);
    RC_ASSERT(core.tier_changes ==
              std::vector<relations::TierChange>(state.history.end() - static_cast<ptrdiff_t>(kept), state.history.end()));
    size_t anomalies = 0;
    for (const auto& [position, kinds] : state.anomalies) anomalies += kinds.size();
    RC_ASSERT(core.counts.anomalies == anomalies);
    RC_ASSERT(core.anomalies.size() == std::min(anomalies, relations::kAnomaliesKept));
  }));
}

BOOST_AUTO_TEST_SUITE_END()
