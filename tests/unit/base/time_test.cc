#include "base/time.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi;

namespace {
Timestamp At(const char* text) { return ParseTimestamp(text).value(); }
}  // namespace

BOOST_AUTO_TEST_SUITE(time_suite)

BOOST_AUTO_TEST_CASE(a_month_added_to_the_31st_clamps_to_the_months_end) {
  const BusinessCalendar utc;
  BOOST_TEST(FormatTimestamp(utc.AddMonths(At("2024-01-31T10:00:00Z"), 1)) == "2024-02-29T10:00:00Z");
  BOOST_TEST(FormatTimestamp(utc.AddMonths(At("2023-01-31"), 1)) == "2023-02-28T00:00:00Z");
  BOOST_TEST(FormatTimestamp(utc.AddMonths(At("2024-03-31"), -1)) == "2024-02-29T00:00:00Z");
  BOOST_TEST(FormatTimestamp(utc.AddMonths(At("2023-11-15"), 14)) == "2025-01-15T00:00:00Z");
}

BOOST_AUTO_TEST_CASE(the_business_month_follows_the_offset_of_the_cluster) {
  const BusinessCalendar shanghai(8 * kMicrosPerHour);
  BOOST_TEST(FormatMonth(shanghai.MonthOf(At("2024-02-29T16:00:00Z"))) == "2024-03");
  BOOST_TEST(FormatMonth(shanghai.MonthOf(At("2024-02-29T15:59:59.999999Z"))) == "2024-02");
  BOOST_TEST(FormatTimestamp(shanghai.EndOf(shanghai.MonthOf(At("2024-02-10")))) == "2024-02-29T15:59:59.999999Z");
}

BOOST_AUTO_TEST_CASE(full_years_are_counted_from_date_to_date) {
  const BusinessCalendar utc;
  BOOST_TEST(utc.FullYearsBetween(At("2020-02-29"), At("2021-02-27")) == 0);
  BOOST_TEST(utc.FullYearsBetween(At("2020-02-29"), At("2021-02-28")) == 1);
  BOOST_TEST(utc.FullYearsBetween(At("2020-05-01"), At("2024-04-30T23:59:59Z")) == 3);
  BOOST_TEST(utc.FullYearsBetween(At("2024-05-01"), At("2020-05-01")) == 0);
}

BOOST_AUTO_TEST_CASE(timestamps_read_back_as_written) {
  for (const char* text : {"1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.500000Z"})
    BOOST_TEST(FormatTimestamp(At(text)) == text);
  BOOST_TEST(FormatTimestamp(At("2024-03-01T09:30:00.5+08:00")) == "2024-03-01T01:30:00.500000Z");
}

BOOST_AUTO_TEST_CASE(what_is_no_timestamp_is_refused) {
  for (const char* text : {"", "2024", "2024-13-01", "2024-02-30", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z",
                           "2024-01-01T00:00:00+8", "0000-01-01"})
    BOOST_TEST(!ParseTimestamp(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
