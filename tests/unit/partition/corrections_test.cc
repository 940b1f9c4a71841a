#include <boost/test/unit_test.hpp>

#include "partition/feed.h"

using namespace guanxi;
using namespace guanxi::partition;
using relations::Tier;

namespace {
Told ToldAt(int64_t at, Tier from, Tier to) { return {Timestamp{at}, from, to, ChangeKind::kChanged, true, 0}; }
relations::TierChange ChangeAt(int64_t at, Tier from, Tier to) {
  relations::TierChange change;
  change.at = Timestamp{at}, change.from = from, change.to = to;
  return change;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(corrections)

BOOST_AUTO_TEST_CASE(what_subscribers_know_already_is_not_told_again) {
  BOOST_TEST(Corrections({ToldAt(1, Tier::kOrdinary, Tier::kPreferred)}, {ChangeAt(1, Tier::kOrdinary, Tier::kPreferred)}).empty());
}

BOOST_AUTO_TEST_CASE(a_change_that_moved_is_restated_and_one_that_vanished_retracted) {
  const auto corrections = Corrections({ToldAt(5, Tier::kOrdinary, Tier::kPreferred), ToldAt(9, Tier::kPreferred, Tier::kPartner)},
                                       {ChangeAt(3, Tier::kOrdinary, Tier::kPreferred)});
  BOOST_REQUIRE(corrections.size() == 2);
  BOOST_TEST((corrections[0].kind == ChangeKind::kRestated));
  BOOST_TEST((corrections[1].kind == ChangeKind::kRetracted));
  BOOST_TEST(!corrections[1].now.has_value());
}

BOOST_AUTO_TEST_CASE(a_change_nobody_knew_of_is_told) {
  const auto corrections = Corrections({}, {ChangeAt(3, Tier::kOrdinary, Tier::kPreferred)});
  BOOST_REQUIRE(corrections.size() == 1);
  BOOST_TEST((corrections[0].kind == ChangeKind::kChanged));
}

BOOST_AUTO_TEST_SUITE_END()
