#include "rpc/status.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

using namespace guanxi;

BOOST_AUTO_TEST_SUITE(rpc_status_suite)

BOOST_AUTO_TEST_CASE(every_reason_arrives_with_its_code_name_and_metadata){
#define CHECK_REASON(name, number, status_code, cause, remedy)                                                   \
  {                                                                                                              \
    const grpc::Status status = rpc::ToGrpc(Refuse(Reason::name, "why", {{"field", "x"}}));                      \
    BOOST_TEST(static_cast<int>(status.error_code()) == static_cast<int>(absl::StatusCode::status_code), #name); \
    const auto info = rpc::ErrorInfoOf(status);                                                                  \
    BOOST_REQUIRE(info.has_value());                                                                             \
    BOOST_TEST(info->reason == #name);                                                                           \
    BOOST_TEST(info->metadata.at("field") == "x");                                                               \
  }
    GUANXI_REASONS(CHECK_REASON)
#undef CHECK_REASON
}

BOOST_AUTO_TEST_CASE(an_error_has_exactly_one_detail_and_its_domain_is_ours) {
  const grpc::Status status = rpc::ToGrpc(Refuse(Reason::ACCOUNT_NOT_FOUND, "no account A", {{"account_id", "A"}}));
  BOOST_TEST(status.error_message() == "no account A");
  google::rpc::Status details;
  BOOST_REQUIRE(details.ParseFromString(status.error_details()));
  BOOST_TEST(details.code() == 5);
  BOOST_TEST(details.message() == "no account A");
  BOOST_REQUIRE(details.details_size() == 1);
  BOOST_TEST(details.details(0).type_url() == "type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  BOOST_REQUIRE(details.details(0).UnpackTo(&info));
  BOOST_TEST(info.domain() == "guanxi");
}

BOOST_AUTO_TEST_CASE(a_long_message_is_cut_between_characters) {
  std::string message;
  for (int i = 0; i < 2000; ++i) message += "关";
  const grpc::Status status = rpc::ToGrpc(Refuse(Reason::POLICY_INVALID, message));
  BOOST_TEST(status.error_message().size() == 2046u);
  BOOST_TEST(rpc::ErrorInfoOf(status)->reason == "POLICY_INVALID");
}

BOOST_AUTO_TEST_CASE(a_status_without_a_reason_keeps_its_code_and_has_no_detail) {
  const grpc::Status status = rpc::ToGrpc(absl::InternalError("broken"));
  BOOST_TEST(static_cast<int>(status.error_code()) == static_cast<int>(grpc::StatusCode::INTERNAL));
  BOOST_TEST(!rpc::ErrorInfoOf(status).has_value());
  BOOST_TEST(rpc::ToGrpc(absl::OkStatus()).ok());
}

BOOST_AUTO_TEST_SUITE_END()
