#include "tools/guanxi/newest_sent.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi;
using guanxi::cli::NewestSent;

namespace {

constexpr Timestamp kNow{1'000'000};

struct Stream {
  NewestSent sent;
  guanxi::v1::AppendStreamResponse answer;

  void Send(int64_t micros) { sent.Add({micros}, kNow); }
  void Fails(uint64_t ordinal) { answer.add_failures()->set_ordinal(ordinal); }
  int64_t Newest() const { return sent.Accepted(answer).value_or(Timestamp{-1}).micros; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(newest_sent, Stream)

BOOST_AUTO_TEST_CASE(what_was_parked_or_refused_moves_no_clock) {
  for (const int64_t micros : {10, 30, 20, 40}) Send(micros);
  BOOST_TEST(Newest() == 40);
  Fails(3);
  BOOST_TEST(Newest() == 30);
  Fails(1);
  BOOST_TEST(Newest() == 20);
  Fails(0);
  Fails(2);
  BOOST_TEST(Newest() == -1);
}

BOOST_AUTO_TEST_CASE(what_has_not_come_yet_moves_no_clock_however_much_there_is_of_it) {
  Send(10);
  for (int64_t later = 1; later <= 5'000; ++later) Send(kNow.micros + later);
  BOOST_TEST(Newest() == 10);
  Send(kNow.micros);
  BOOST_TEST(Newest() == kNow.micros);
}

BOOST_AUTO_TEST_CASE(as_many_failures_as_an_answer_names_may_be_newer_than_all_that_was_accepted) {
  for (int64_t micros = 1; micros <= 5'000; ++micros) Send(micros);
  for (uint64_t ordinal = 4'000; ordinal < 5'000; ++ordinal) Fails(ordinal);
  BOOST_TEST(Newest() == 4'000);
}

BOOST_AUTO_TEST_CASE(of_no_event_there_is_no_newest) { BOOST_TEST(Newest() == -1); }

BOOST_AUTO_TEST_SUITE_END()
