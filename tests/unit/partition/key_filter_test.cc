#include "partition/key_filter.h"

#include <boost/test/unit_test.hpp>
#include <string>

using guanxi::partition::KeyFilter;

namespace {

uint64_t HashOf(int number) { return KeyFilter::HashOf("key " + std::to_string(number)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(key_filter)

BOOST_AUTO_TEST_CASE(what_was_added_may_be_there_and_little_else) {
  KeyFilter keys;
  keys.Reset(1024);
  int added = 0;
  for (; !keys.IsFull(); ++added) keys.Add(HashOf(added));
  for (int i = 0; i < added; ++i) BOOST_TEST(keys.MayHold(HashOf(i)));
  int wrong = 0;
  for (int i = added; i < 2 * added; ++i) wrong += keys.MayHold(HashOf(i)) ? 1 : 0;
  BOOST_TEST(wrong < added / 50);
}

BOOST_AUTO_TEST_CASE(after_a_reset_nothing_is_there) {
  KeyFilter keys;
  keys.Add(HashOf(1));
  keys.Reset(2);
  BOOST_TEST(!keys.MayHold(HashOf(1)));
  BOOST_TEST(!keys.IsFull());
}

BOOST_AUTO_TEST_SUITE_END()
