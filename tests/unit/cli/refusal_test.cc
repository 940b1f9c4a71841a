#include "tools/guanxi/refusal.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "rpc/status.h"

using namespace guanxi::cli;
using guanxi::Reason;

namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(refusals)

BOOST_AUTO_TEST_CASE(a_refusal_says_reason_message_metadata_and_what_to_do) {
  const grpc::Status sent = guanxi::rpc::ToGrpc(guanxi::Refuse(Reason::ACCOUNT_NOT_FOUND, "no account ACME", {{"account_id", "ACME"}}));
  const absl::Status status = FromGrpc(sent);
  const std::string text = DescribeRefusal(status, "localhost:1");
  BOOST_TEST(Has(text, "error: ACCOUNT_NOT_FOUND: no account ACME"), text);
  BOOST_TEST(Has(text, "account_id: ACME"), text);
  BOOST_TEST(Has(text, "Check the id; ids are compared bytewise."), text);
  BOOST_TEST(ExitCodeOf(status) == kExitRefused);
}

BOOST_AUTO_TEST_CASE(an_unreachable_server_is_told_apart_and_named) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection refused"));
  BOOST_TEST(ExitCodeOf(status) == kExitUnavailable);
  BOOST_TEST(Has(DescribeRefusal(status, "localhost:1"), "localhost:1"));
}

BOOST_AUTO_TEST_CASE(without_tls_it_is_said_that_the_server_may_have_a_certificate) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed"));
  BOOST_TEST(Has(DescribeRefusal(status, "localhost:1"), "--tls-ca FILE"));
  BOOST_TEST(Has(DescribeRefusal(status, "localhost:1", true), "signed by --tls-ca"));
}

BOOST_AUTO_TEST_CASE(a_mistake_on_this_side_is_wrong_usage_and_says_what_to_do) {
  const absl::Status status = Misused("--file: cannot read mine.toml", "Check the path.");
  BOOST_TEST(ExitCodeOf(status) == kExitUsage);
  BOOST_TEST(DescribeRefusal(status, "localhost:1") == "error: --file: cannot read mine.toml\n  what to do: Check the path.\n");
  BOOST_TEST(ExitCodeOf(FromGrpc(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "by the server"))) == kExitRefused);
}

BOOST_AUTO_TEST_CASE(a_deadline_and_an_unreached_position_are_unavailable_too) {
  BOOST_TEST(ExitCodeOf(FromGrpc(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, ""))) == kExitUnavailable);
  const auto sent = guanxi::rpc::ToGrpc(guanxi::Refuse(Reason::POSITION_NOT_REACHED, "not yet"));
  BOOST_TEST(ExitCodeOf(FromGrpc(sent)) == kExitUnavailable);
}

BOOST_AUTO_TEST_CASE(done_is_exit_code_zero) {
  BOOST_TEST(FromGrpc(grpc::Status::OK).ok());
  BOOST_TEST(ExitCodeOf(absl::OkStatus()) == kExitOk);
}

BOOST_AUTO_TEST_CASE(a_message_cannot_steer_the_terminal) {
  const absl::Status status = FromGrpc(grpc::Status(grpc::StatusCode::INTERNAL, "\x1b[2Jgone"));
  BOOST_TEST(!Has(DescribeRefusal(status, "localhost:1"), "\x1b"));
}

BOOST_AUTO_TEST_SUITE_END()
