#include "base/byte_coding.h"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <vector>

using namespace guanxi;

BOOST_AUTO_TEST_SUITE(byte_coding)

BOOST_AUTO_TEST_CASE(varints_read_back_and_a_cut_one_is_noticed) {
  for (uint64_t value : {uint64_t{0}, uint64_t{127}, uint64_t{128}, uint64_t{300}, std::numeric_limits<uint64_t>::max()}) {
    std::string bytes;
    PutVarint(bytes, value);
    ByteReader whole(bytes);
    BOOST_TEST(whole.Varint() == value);
    BOOST_TEST(whole.AtEnd());
    ByteReader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    cut.Varint();
    BOOST_TEST(!cut.ok());
  }
}

BOOST_AUTO_TEST_CASE(big_endian_keys_sort_as_their_numbers) {
  const std::vector<int64_t> rising = {std::numeric_limits<int64_t>::min(), -5, -1, 0, 1, 256, std::numeric_limits<int64_t>::max()};
  std::string previous;
  for (int64_t value : rising) {
    std::string key;
    PutBigEndian(key, OrderedBits(value));
    BOOST_TEST((previous < key));
    BOOST_TEST(FromOrderedBits(GetBigEndian<uint64_t>(key.data())) == value);
    previous = key;
  }
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_end_reads_as_nothing) {
  std::string bytes;
  PutVarint(bytes, std::numeric_limits<uint64_t>::max());
  ByteReader reader(bytes);
  BOOST_TEST(reader.LengthPrefixed().empty());
  BOOST_TEST(!reader.ok());
}

BOOST_AUTO_TEST_CASE(the_one_division_rounds_half_to_even) {
  BOOST_TEST(static_cast<int>(DivideHalfEven(5, 2)) == 2);
  BOOST_TEST(static_cast<int>(DivideHalfEven(7, 2)) == 4);
  BOOST_TEST(static_cast<int>(DivideHalfEven(-5, 2)) == -2);
  BOOST_TEST(static_cast<int>(DivideHalfEven(-7, 2)) == -4);
  BOOST_TEST(static_cast<int>(DivideHalfEven(8, 3)) == 3);
}

BOOST_AUTO_TEST_CASE(money_prints_two_to_six_decimals) {
  BOOST_TEST(FormatMicros(12'500'000) == "12.50");
  BOOST_TEST(FormatMicros(-1) == "-0.000001");
  BOOST_TEST(FormatMicros(0) == "0.00");
  BOOST_TEST(FormatMicros(int128{1'000'000'000'000} * 1'000'000'000) == "1000000000000000.00");
}

BOOST_AUTO_TEST_SUITE_END()
