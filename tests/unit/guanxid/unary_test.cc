#include "guanxid/unary.h"

#include <boost/test/unit_test.hpp>
#include <stdexcept>

using namespace guanxi;
using namespace guanxi::service;

BOOST_AUTO_TEST_SUITE(unary)

BOOST_AUTO_TEST_CASE(a_handler_that_throws_answers_internal_and_ends_nothing) {
  const absl::Status answer = AnswerOf("TestService.Throw", []() -> absl::Status { throw std::out_of_range("seventeen of nine"); });
  BOOST_TEST((answer.code() == absl::StatusCode::kInternal));
  BOOST_TEST(answer.message().find("seventeen") == std::string_view::npos);  // the log has it, the client need not
  BOOST_TEST(AnswerOf("TestService.Fine", [] { return absl::OkStatus(); }).ok());
}

BOOST_AUTO_TEST_SUITE_END()
