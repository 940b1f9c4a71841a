// Properties that hold for every history. rapidcheck prints the seed of a failure
// and shrinks the length of the history.
#include <rapidcheck.h>

#include <boost/test/unit_test.hpp>

#include "relations/row_coding.h"
#include "unit/relations/random_history.h"
#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

std::vector<Event> AnyHistory() {
  const auto seed = *rc::gen::arbitrary<uint32_t>();
  const auto size = *rc::gen::inRange<size_t>(1, 250);
  return RandomHistory(seed).Make(size);
}

Scene Folded(const std::vector<Event>& history) {
  Scene scene;
  for (const Event& event : history) scene.Folds(event);
  return scene;
}

// Jumps of random length up to t.
void AdvanceInJumps(Scene& scene, Timestamp to) {
  while (scene.core().account_version > 0 && scene.core().swept_to < to) {
    const int64_t left = to.micros - scene.core().swept_to.micros;
    const int64_t days = *rc::gen::inRange<int64_t>(0, 120);
    AdvanceTo(scene.core(), Timestamp{scene.core().swept_to.micros + std::min(left, 1 + days * kMicrosPerDay)}, scene.context());
  }
}

Policy ChangedPolicy() {
  Policy policy = TransactionalPolicy();
  policy.sla_normal = {1, 5};
  policy.recurrence_days = 200;
  return policy;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(properties_suite)

BOOST_AUTO_TEST_CASE(how_reads_advanced_in_between_never_matters) {
  BOOST_TEST(rc::check([] {
    const std::vector<Event> history = AnyHistory();
    Scene straight, jumping;
    for (Scene* scene : {&straight, &jumping}) scene->Adopts(ChangedPolicy(), "2022-02-11");
    for (const Event& event : history) {
      AdvanceInJumps(jumping, Timestamp{event.occurred_at.micros - 1});
      jumping.Folds(event);
      straight.Folds(event);
    }
    RC_ASSERT(straight.core() == jumping.core());
    RC_ASSERT(straight.rows() == jumping.rows());
    const Timestamp end{history.back().occurred_at.micros + *rc::gen::inRange<int64_t>(0, 4000) * kMicrosPerDay};
    AdvanceInJumps(jumping, end);
    AdvanceTo(straight.core(), end, straight.context());
    RC_ASSERT(straight.core() == jumping.core());
  }));
}

BOOST_AUTO_TEST_CASE(an_account_at_rest_is_where_stepping_every_month_would_bring_it) {
  BOOST_TEST(rc::check([] {
    Scene scene = Folded(AnyHistory());
    scene.Adopts(ChangedPolicy(), "2031-05-05");
    const Timestamp end = At("2040-01-01");
    AccountCore jumped = scene.core();
    AdvanceTo(jumped, end, scene.context());
    // Month by month, with an assessment at each month end whether NextDue wants it or not: nothing more may change.
    AccountCore stepped = scene.core();
    for (Month m = scene.calendar().MonthOf(Timestamp{stepped.swept_to.micros + 1}); scene.calendar().EndOf(m) <= end; ++m.index) {
      const Timestamp due = scene.calendar().EndOf(m);
      const TierMachine before = [&] {
        AdvanceTo(stepped, due, scene.context());
        return stepped.tier;
      }();
      const Evaluation now = Evaluate(stepped, due, scene.context().PolicyOf(stepped, due), scene.calendar());
      RC_ASSERT(now.dimensions == before.dimensions);
      RC_ASSERT(now.score == before.score);
    }
    AdvanceTo(stepped, end, scene.context());
    RC_ASSERT(stepped == jumped);
  }));
}

BOOST_AUTO_TEST_CASE(next_due_is_later_and_nothing_changes_before_it) {
  BOOST_TEST(rc::check([] {
    const Scene scene = Folded(AnyHistory());
    AccountCore core = scene.core();
    const auto due = NextDue(core, scene.context());
    if (!due) return;
    RC_ASSERT(*due > core.swept_to);
    AccountCore before = core;
    AdvanceTo(before, Timestamp{due->micros - 1}, scene.context());
    RC_ASSERT(before.tier == core.tier);
    RC_ASSERT(before.sla_clocks == core.sla_clocks);
  }));
}

BOOST_AUTO_TEST_CASE(rows_read_back_as_written_and_equal_states_have_equal_bytes) {
  BOOST_TEST(rc::check([] {
    const Scene scene = Folded(AnyHistory());
    const std::string row = EncodedCore(scene.core());
    const auto core = DecodeCore(row);
    RC_ASSERT(core.ok());
    RC_ASSERT(*core == scene.core());
    RC_ASSERT(EncodedCore(*core) == row);
    for (const auto& [key, child] : scene.rows()) {
      const std::string bytes = EncodedChild(child);
      const auto decoded = DecodeChild(key.kind, bytes);
      RC_ASSERT(decoded.ok());
      RC_ASSERT(*decoded == child);
      RC_ASSERT(EncodedChild(*decoded) == bytes);
    }
  }));
}

BOOST_AUTO_TEST_CASE(damaged_rows_are_refused_or_read_but_never_more) {
  BOOST_TEST(rc::check([] {
    const Scene scene = Folded(AnyHistory());
    std::string row = EncodedCore(scene.core());
    const auto at = *rc::gen::inRange<size_t>(0, row.size());
    row[at] = *rc::gen::arbitrary<char>();
    if (*rc::gen::arbitrary<bool>()) row.resize(at);
    if (const auto core = DecodeCore(row); core.ok()) RC_ASSERT(DecodeCore(EncodedCore(*core)).value() == *core);
    for (int kind = 0; kind < 20; ++kind)
      if (const auto child = DecodeChild(static_cast<ChildKind>(kind), row); child.ok()) RC_ASSERT(!EncodedChild(*child).empty());
  }));
}

BOOST_AUTO_TEST_CASE(loading_more_children_than_needed_changes_nothing) {
  BOOST_TEST(rc::check([] {
    const std::vector<Event> history = AnyHistory();
    Scene frugal;
    AccountCore core;
    core.id = frugal.core().id;
    ChildSet all;
    for (const Event& event : history) {
      frugal.Folds(event);
      Fold(core, all, event, frugal.context());
    }
    RC_ASSERT(core == frugal.core());
    for (const auto& [key, child] : frugal.rows()) RC_ASSERT(all.Find(key) && *all.Find(key) == child);
  }));
}

BOOST_AUTO_TEST_CASE(bounded_lists_stay_in_their_bounds_and_counts_stay_whole) {
  BOOST_TEST(rc::check([] {
    const Scene scene = Folded(AnyHistory());
    const AccountCore& core = scene.core();
    RC_ASSERT(core.months.size() <= kWindowMonths);
    RC_ASSERT(core.anomalies.size() == std::min<size_t>(kAnomaliesKept, core.counts.anomalies));
    uint64_t open = 0, contacts = 0, complaints = 0;
    int128 open_amount = 0;
    for (const auto& [key, child] : scene.rows()) {
      if (const auto* c = std::get_if<Contact>(&child)) contacts += c->present;
      if (const auto* i = std::get_if<ActionItemRow>(&child)) open += i->state == ActionItemState::kOpen;
      if (const auto* c = std::get_if<Complaint>(&child)) complaints += c->state < ComplaintState::kResolved;
      if (const auto* i = std::get_if<Invoice>(&child)) open_amount += i->amount.currency == core.currency ? i->open_micros : 0;
    }
    RC_ASSERT(core.counts.contacts == contacts);
    RC_ASSERT(core.counts.action_items_open == open);
    RC_ASSERT(core.counts.complaints_open_critical + core.counts.complaints_open_other == complaints);
    int128 in_core = core.older_open;
    for (const DueDay& day : core.due_days) in_core += day.open;
    RC_ASSERT(in_core == open_amount);
  }));
}

BOOST_AUTO_TEST_CASE(every_tier_change_names_its_evidence_and_one_step_rises) {
  BOOST_TEST(rc::check([] {
    const Scene scene = Folded(AnyHistory());
    for (const TierChange& change : scene.tier_history()) {
      RC_ASSERT(!change.evidence.empty() && change.evidence.size() <= kEvidenceMax);
      RC_ASSERT(change.from != change.to);
      if (change.to > change.from) RC_ASSERT(static_cast<int>(change.to) == static_cast<int>(change.from) + 1);
      if (change.rule == TierRuleKind::kScoreDown) RC_ASSERT(static_cast<int>(change.to) == static_cast<int>(change.from) - 1);
    }
  }));
}

BOOST_AUTO_TEST_SUITE_END()
