#include "tools/guanxi/values.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi::cli;
using guanxi::Timestamp;

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(a_position_is_partition_and_position) {
  const auto position = ParsePosition("2:18446744073709551615");
  BOOST_REQUIRE(position.has_value());
  BOOST_TEST(position->partition() == 2u);
  BOOST_TEST(position->position() == 18446744073709551615u);
  BOOST_TEST(FormatPosition(*position) == "2:18446744073709551615");
}

BOOST_AUTO_TEST_CASE(what_is_no_position_is_refused) {
  for (const char* text : {"", "2", ":", "2:", ":3", "-1:3", "1:3x", "1:18446744073709551616", "4294967296:0", "1: 3"})
    BOOST_TEST(!ParsePosition(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(as_of_known_takes_a_position_or_a_time) {
  BOOST_TEST(std::holds_alternative<guanxi::v1::LogPosition>(ParsePositionOrTime("0:7").value()));
  BOOST_TEST(std::get<Timestamp>(ParsePositionOrTime("1970-01-02").value()).micros == 86'400'000'000);
  BOOST_TEST(!ParsePositionOrTime("yesterday").has_value());
}

BOOST_AUTO_TEST_CASE(utc_offsets_in_their_usual_forms) {
  constexpr int64_t kHour = 3'600'000'000;
  BOOST_TEST(ParseUtcOffset("+08:00").value() == 8 * kHour);
  BOOST_TEST(ParseUtcOffset("8").value() == 8 * kHour);
  BOOST_TEST(ParseUtcOffset("-05:30").value() == -(5 * kHour + kHour / 2));
  BOOST_TEST(ParseUtcOffset("Z").value() == 0);
  BOOST_TEST(ParseUtcOffset("14:00").value() == 14 * kHour);
  for (const char* text : {"", "14:01", "15", "+-3", "8:60", "08:", "CET"}) BOOST_TEST(!ParseUtcOffset(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(an_external_id_may_itself_hold_colons) {
  const auto id = ParseExternalId("crm:47:11");
  BOOST_REQUIRE(id.has_value());
  BOOST_TEST(id->system() == "crm");
  BOOST_TEST(id->external_id() == "47:11");
  for (const char* text : {"", "crm", "crm:", ":4711"}) BOOST_TEST(!ParseExternalId(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(tiers_by_name_in_any_case) {
  BOOST_TEST(ParseTier("partner").value() == guanxi::event::v1::TIER_PARTNER);
  BOOST_TEST(ParseTier("TIER_STRATEGIC").value() == guanxi::event::v1::TIER_STRATEGIC);
  BOOST_TEST(FormatTier(guanxi::event::v1::TIER_PREFERRED) == "PREFERRED");
  BOOST_TEST(FormatTier(guanxi::event::v1::TIER_UNSPECIFIED) == "-");
  for (const char* text : {"", "gold", "UNSPECIFIED"}) BOOST_TEST(!ParseTier(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(micro_units_are_grouped_and_lose_no_decimal) {
  BOOST_TEST(FormatMicros("8300065814000") == "8,300,065.814");
  BOOST_TEST(FormatMicros("12500000") == "12.50");
  BOOST_TEST(FormatMicros("-1") == "-0.000001");
  BOOST_TEST(FormatMicros("0") == "0.00");
  BOOST_TEST(FormatMicros("170141183460469231731687303715884105727") == "170,141,183,460,469,231,731,687,303,715,884.105727");
  BOOST_TEST(FormatMicros("many") == "many");
  BOOST_TEST(FormatMicros("") == "");
}

BOOST_AUTO_TEST_CASE(counts_are_grouped_by_thousands) {
  BOOST_TEST(FormatCount(0) == "0");
  BOOST_TEST(FormatCount(999) == "999");
  BOOST_TEST(FormatCount(541909) == "541,909");
  BOOST_TEST(FormatCount(1234567) == "1,234,567");
}

BOOST_AUTO_TEST_CASE(our_types_are_shown_by_their_last_name) {
  BOOST_TEST(ShortType("guanxi.event.v1.OrderPlaced") == "OrderPlaced");
  BOOST_TEST(ShortType("com.example.Seen") == "com.example.Seen");
}

BOOST_AUTO_TEST_SUITE_END()
