#include "rpc/time.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi;

namespace {

google::protobuf::Timestamp Proto(int64_t seconds, int32_t nanos) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(nanos);
  return proto;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rpc_time_suite)

BOOST_AUTO_TEST_CASE(times_on_both_sides_of_1970_come_back) {
  for (const Timestamp t : {kEarliestTimestamp, Timestamp{-1}, Timestamp{0}, Timestamp{1'700'000'000'123'456}, kLatestTimestamp}) {
    const auto proto = rpc::ToProto(t);
    BOOST_TEST((proto.nanos() >= 0 && proto.nanos() < 1'000'000'000));
    BOOST_REQUIRE(rpc::FromProto(proto).has_value());
    BOOST_TEST(rpc::FromProto(proto)->micros == t.micros);
  }
  BOOST_TEST(rpc::ToProto(Timestamp{-1}).seconds() == -1);
  BOOST_TEST(rpc::ToProto(Timestamp{-1}).nanos() == 999'999'000);
}

BOOST_AUTO_TEST_CASE(finer_than_a_microsecond_is_cut_off_towards_the_past) {
  BOOST_TEST(rpc::FromProto(Proto(1, 1'999))->micros == 1'000'001);
  BOOST_TEST(rpc::FromProto(Proto(-1, 999))->micros == -1'000'000);
}

BOOST_AUTO_TEST_CASE(what_lies_outside_the_years_1_to_9999_is_refused) {
  BOOST_TEST(!rpc::FromProto(Proto(-62135596801, 0)).has_value());
  BOOST_TEST(rpc::FromProto(Proto(253402300799, 999'999'999)).has_value());
  BOOST_TEST(!rpc::FromProto(Proto(253402300800, 0)).has_value());
  BOOST_TEST(!rpc::FromProto(Proto(INT64_MAX, 0)).has_value());
  BOOST_TEST(!rpc::FromProto(Proto(0, -1)).has_value());
  BOOST_TEST(!rpc::FromProto(Proto(0, 1'000'000'000)).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
