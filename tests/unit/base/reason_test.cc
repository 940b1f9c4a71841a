#include "base/reason.h"

#include <boost/test/unit_test.hpp>

using namespace guanxi;

BOOST_AUTO_TEST_SUITE(reason)

BOOST_AUTO_TEST_CASE(a_refusal_carries_its_reason_code_and_metadata) {
  const absl::Status status = Refuse(Reason::FIELD_INVALID, "quantity_micros must be above 0", {{"field", "lines[0].quantity_micros"}});
  BOOST_REQUIRE(ReasonOf(status) != nullptr);
  BOOST_TEST(ReasonOf(status)->name == "FIELD_INVALID");
  BOOST_TEST((status.code() == absl::StatusCode::kInvalidArgument));
  BOOST_TEST(MetadataOf(status).at("field") == "lines[0].quantity_micros");
}

BOOST_AUTO_TEST_CASE(reason_numbers_are_dense_so_that_the_table_is_found_by_index) {
  int expected = 1;
#define CHECK_NUMBER(reason_name, number, code, cause, remedy) \
  BOOST_TEST(number == expected++);                            \
  BOOST_TEST(EntryOf(Reason::reason_name).name == #reason_name);
  GUANXI_REASONS(CHECK_NUMBER)
#undef CHECK_NUMBER
}

BOOST_AUTO_TEST_CASE(a_status_of_another_origin_has_no_reason) {
  BOOST_TEST(ReasonOf(absl::InternalError("x")) == nullptr);
  BOOST_TEST(MetadataOf(absl::OkStatus()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
