#include "tools/guanxi/table.h"

#include <boost/test/unit_test.hpp>

using guanxi::cli::Align;
using guanxi::cli::Bar;
using guanxi::cli::DisplayWidth;
using guanxi::cli::Shown;
using guanxi::cli::Table;

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(a_chinese_character_takes_two_columns_and_an_accent_none) {
  BOOST_TEST(DisplayWidth("ACME") == 4u);
  BOOST_TEST(DisplayWidth("青岛") == 4u);
  BOOST_TEST(DisplayWidth("M\xC3\xBCller") == 6u);
  BOOST_TEST(DisplayWidth("Mu\xCC\x88ller") == 6u);
  BOOST_TEST(DisplayWidth("█░") == 2u);
  BOOST_TEST(DisplayWidth("") == 0u);
}

BOOST_AUTO_TEST_CASE(columns_stay_aligned_beside_chinese_names) {
  Table table({{"name"}, {"score", Align::kRight}, {"tier"}});
  table.AddRow({"青岛", "7", "PARTNER"});
  table.AddRow({"ACME Ltd", "1000", ""});
  BOOST_TEST(table.Render() ==
             "name      score  tier\n"
             "青岛          7  PARTNER\n"
             "ACME Ltd   1000\n");
}

BOOST_AUTO_TEST_CASE(a_row_with_too_few_cells_is_filled_up) {
  Table table({{"a"}, {"b"}});
  table.AddRow({"x"});
  BOOST_TEST(table.Render() == "a  b\nx\n");
}

BOOST_AUTO_TEST_CASE(a_name_that_steers_the_terminal_is_shown_harmless) {
  BOOST_TEST(Shown("\x1b[31mred\n") == "?[31mred?");
  BOOST_TEST(Shown("a\xE2\x80\xAE"
                   "b") == "a?b");
  BOOST_TEST(Shown("\xC2\x9B"
                   "0m") == "?0m");
  BOOST_TEST(Shown("青岛 M\xC3\xBCller") == "青岛 M\xC3\xBCller");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_become_question_marks_one_by_one) {
  BOOST_TEST(Shown("\xFF\xC0\x80") == "???");
  BOOST_TEST(Shown("\xED\xA0\x80") == "???");
  BOOST_TEST(Shown("a\xE9\x9D") == "a??");
  BOOST_TEST(DisplayWidth("\xE9\x9D") == 2u);
}

BOOST_AUTO_TEST_CASE(a_bar_is_filled_in_proportion_and_never_overflows) {
  BOOST_TEST(Bar(500, 1000, 4) == "██░░");
  BOOST_TEST(Bar(0, 1000, 2) == "░░");
  BOOST_TEST(Bar(2000, 1000, 2) == "██");
  BOOST_TEST(Bar(-5, 1000, 2) == "░░");
  BOOST_TEST(Bar(5, 0, 2) == "░░");
}

BOOST_AUTO_TEST_SUITE_END()
