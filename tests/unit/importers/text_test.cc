#include "importers/text.h"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace guanxi;
using namespace guanxi::importers;

namespace {

constexpr int64_t kNone = INT64_MIN;
int64_t Micros(const char* text) { return ParseMicros(text).value_or(kNone); }
std::string Local(const char* text, int64_t offset = 0) {
  const auto at = ParseLocalTime(text, offset);
  return at ? FormatTimestamp(*at) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_suite)

BOOST_AUTO_TEST_CASE(decimals_become_micro_units_exactly) {
  BOOST_TEST(Micros("2.55") == 2'550'000);
  BOOST_TEST(Micros("-11062.06") == -11'062'060'000);
  BOOST_TEST(Micros("0.000001") == 1);
  BOOST_TEST(Micros("-0.5") == -500'000);
  BOOST_TEST(Micros("+7") == 7'000'000);
  BOOST_TEST(Micros("1.5000000000") == 1'500'000);
  BOOST_TEST(Micros("1000000000000") == 1'000'000'000'000'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_no_exact_amount_is_none) {
  for (const char* text :
       {"", "-", ".", "1.", ".5", "1e3", "1,5", " 1", "0.0000001", "1000000000000.000001", "99999999999999999999", "--1"})
    BOOST_TEST(Micros(text) == kNone, text);
}

BOOST_AUTO_TEST_CASE(local_times_are_read_at_their_offset) {
  BOOST_TEST(Local("2010-12-01 08:26:00") == "2010-12-01T08:26:00Z");
  BOOST_TEST(Local("2010-12-01T08:26") == "2010-12-01T08:26:00Z");
  BOOST_TEST(Local("2010-12-01", 8 * kMicrosPerHour) == "2010-11-30T16:00:00Z");
  BOOST_TEST(Local("19970112") == "1997-01-12T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(times_that_do_not_exist_are_none) {
  for (const char* text : {"", "2011-02-29", "2010-13-01", "20100230", "2010-12-01 24:00:00", "2010-12-01 08:60", "2010-12-01 8:26",
                           "2010-12-01x", "2010-1201", "2010-12-01 08:26:00Z"})
    BOOST_TEST(Local(text) == "none", text);
}

BOOST_AUTO_TEST_CASE(utf8_is_told_from_other_bytes) {
  for (const char* good : {"", "plain", "caf\xc3\xa9", "\xe5\xa4\xa7\xe5\xae\xa2\xe6\x88\xb7", "\xf0\x9f\x98\x80"})
    BOOST_TEST(IsUtf8(good), good);
  for (const char* bad : {"caf\xe9", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe5\xa4", "\x80", "\xe0\x80\x80"})
    BOOST_TEST(!IsUtf8(bad));
}

BOOST_AUTO_TEST_CASE(ids_are_short_and_plain) {
  BOOST_TEST(IsPlainId("Gekko & Co"));
  BOOST_TEST(!IsPlainId(""));
  BOOST_TEST(!IsPlainId("a/b"));
  BOOST_TEST(!IsPlainId("a\tb"));
  BOOST_TEST(IsPlainId(std::string(100, 'x')));
  BOOST_TEST(!IsPlainId(std::string(101, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()
