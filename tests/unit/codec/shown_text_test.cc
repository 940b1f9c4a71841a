#include "codec/shown_text.h"

#include <boost/test/unit_test.hpp>
#include <random>

#include "codec/admission.h"

using namespace guanxi::codec;

BOOST_AUTO_TEST_SUITE(shown_text_suite)

BOOST_AUTO_TEST_CASE(valid_text_is_shown_as_it_is) {
  for (const std::string text : {"", "ACME", "M\xc3\xbcller", "\xe5\xa4\xa7\xe5\xae\xa2\xe6\x88\xb7", "\xf0\x9f\x90\xb8", "a\tb\n"})
    BOOST_TEST(ShownText(text) == text);
  BOOST_TEST(ShownText(std::string("a\0b", 3)) == std::string("a\0b", 3));
}

BOOST_AUTO_TEST_CASE(each_byte_that_is_no_utf8_becomes_a_replacement_character) {
  const std::string r = "\xef\xbf\xbd";
  BOOST_TEST(ShownText("M\xfcller") == "M" + r + "ller");      // Latin-1
  BOOST_TEST(ShownText("\xc3") == r);                          // cut off
  BOOST_TEST(ShownText("\xe5\xa4") == r + r);                  // cut off after two of three
  BOOST_TEST(ShownText("\xc0\xaf") == r + r);                  // overlong
  BOOST_TEST(ShownText("\xed\xa0\x80") == r + r + r);          // a surrogate
  BOOST_TEST(ShownText("\xf4\x90\x80\x80") == r + r + r + r);  // beyond U+10FFFF
  BOOST_TEST(ShownText("\xff\xe5\xa4\xa7\x80") == r + "\xe5\xa4\xa7" + r);
}

BOOST_AUTO_TEST_CASE(whatever_the_bytes_what_is_shown_is_utf8) {
  std::mt19937 random(20240301);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 12, ' ');
    for (char& c : bytes) c = static_cast<char>(random());
    const std::string shown = ShownText(bytes);
    BOOST_TEST(IsUtf8(shown), "of seed 20240301, text " << i);
    BOOST_TEST(ShownText(shown) == shown);
  }
}

BOOST_AUTO_TEST_SUITE_END()
