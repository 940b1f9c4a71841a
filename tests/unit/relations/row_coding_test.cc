#include "relations/row_coding.h"

#include <boost/test/unit_test.hpp>

#include "base/reason.h"
#include "unit/relations/scene.h"

using namespace guanxi;
using namespace guanxi::relations;

namespace {

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<uint8_t>(c));
  return hex;
}

Payment ExamplePayment() {
  return {.invoice_id = "7",
          .amount = {12'500'000, kEur},
          .applied_micros = 12'500'000,
          .received_at = Timestamp{1'000'000},
          .position = Position{4}};
}

std::string_view ReasonOfStatus(const absl::Status& status) { return ReasonOf(status) ? ReasonOf(status)->name : "none"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(row_coding_suite)

BOOST_AUTO_TEST_CASE(the_example_of_the_format_page_is_what_is_written) {
  BOOST_TEST(Hex(EncodedChild(ExamplePayment())) == "011f013703c0f0f50b03455552c0f0f50b80897a05");
}

BOOST_AUTO_TEST_CASE(a_fresh_account_is_a_few_bytes) {
  AccountCore core;
  core.id = AccountId("A");
  BOOST_TEST(EncodedCore(core).size() < 32u);
  BOOST_TEST((DecodeCore(EncodedCore(core)).value() == core));
}

BOOST_AUTO_TEST_CASE(other_versions_truncations_and_leftovers_are_corrupt) {
  const std::string row = EncodedChild(ExamplePayment());
  for (size_t size = 0; size < row.size(); ++size) {
    const auto decoded = DecodeChild(ChildKind::kPayment, row.substr(0, size));
    BOOST_TEST(ReasonOfStatus(decoded.status()) == "STORE_CORRUPT", "of " << size << " bytes");
  }
  BOOST_TEST(!DecodeChild(ChildKind::kPayment, row + '\0').ok());
  BOOST_TEST(!DecodeChild(ChildKind::kPayment, '\2' + row.substr(1)).ok());
  BOOST_TEST(!DecodeChild(ChildKind::kNone, row).ok());
  BOOST_TEST(!DecodeChild(static_cast<ChildKind>(77), row).ok());
  BOOST_TEST(!DecodeCore("").ok());
}

BOOST_AUTO_TEST_CASE(a_clock_that_should_have_been_decided_is_corrupt) {
  AccountCore core;
  core.swept_to = At("2024-03-01");
  core.sla_clocks = {{.number = 1, .response_due = At("2024-03-01T00:00:00.000001Z")}};
  BOOST_TEST(DecodeCore(EncodedCore(core)).ok());
  core.sla_clocks[0].response_due = core.swept_to;
  BOOST_TEST(ReasonOfStatus(DecodeCore(EncodedCore(core)).status()) == "STORE_CORRUPT");
  core.sla_clocks[0].paused_at = At("2024-02-01");  // while paused nothing falls due
  BOOST_TEST(DecodeCore(EncodedCore(core)).ok());
}

BOOST_AUTO_TEST_CASE(a_core_no_fold_could_have_written_is_corrupt) {
  AccountCore core;
  core.tier.tier = static_cast<Tier>(9);
  BOOST_TEST(!DecodeCore(EncodedCore(core)).ok());

  AccountCore names;
  names.months.push_back({.month = Month{600}});
  names.months.back().lines.size = 1;  // refers to a name that is not there
  BOOST_TEST(!DecodeCore(EncodedCore(names)).ok());
}

BOOST_AUTO_TEST_CASE(amounts_of_more_than_64_bits_survive) {
  for (const int128 amount :
       {int128{1} << 100, -(int128{1} << 100), int128{-1}, int128{INT64_MIN}, ~(int128{1} << 127), int128{1} << 126}) {
    AccountCore core;
    core.older_open = amount;
    BOOST_TEST((DecodeCore(EncodedCore(core)).value().older_open == amount));
  }
}

BOOST_AUTO_TEST_SUITE_END()
