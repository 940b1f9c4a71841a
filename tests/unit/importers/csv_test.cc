#include "importers/csv.h"

#include "base/reason.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;

namespace {

std::vector<CsvRow> ReadAll(const std::string& path) {
  auto lines = LineReader::Open(path);
  BOOST_REQUIRE(lines.ok());
  CsvReader reader(*std::move(lines));
  std::vector<CsvRow> rows;
  for (CsvRow row; *reader.Next(row);) rows.push_back(row);
  return rows;
}

using Fields = std::vector<std::string>;

struct Folder : TemporaryFolder {
  std::vector<CsvRow> Rows(const std::string& content) { return ReadAll(Write("t.csv", content)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(csv_suite, Folder)

BOOST_AUTO_TEST_CASE(quoted_fields_hold_separators_quotes_and_line_breaks) {
  const auto rows = Rows("a,\"b,\"\"c\"\"\",\"d\r\ne\"\r\nf,\"\",g\n");
  BOOST_REQUIRE_EQUAL(rows.size(), 2);
  BOOST_TEST(rows[0].fields == (Fields{"a", "b,\"c\"", "d\r\ne"}), boost::test_tools::per_element());
  BOOST_TEST(rows[0].line == 1);
  BOOST_TEST(rows[1].fields == (Fields{"f", "", "g"}), boost::test_tools::per_element());
  BOOST_TEST(rows[1].line == 3);
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_empty_lines_and_a_missing_last_line_break_do_not_matter) {
  const auto rows = Rows("\xef\xbb\xbfname,x\n\n\r\nlast,");
  BOOST_REQUIRE_EQUAL(rows.size(), 2);
  BOOST_TEST(rows[0].fields == (Fields{"name", "x"}), boost::test_tools::per_element());
  BOOST_TEST(rows[1].fields == (Fields{"last", ""}), boost::test_tools::per_element());
  BOOST_TEST(rows[1].line == 4);
}

BOOST_AUTO_TEST_CASE(a_quote_inside_a_plain_field_stands_for_itself) {
  const auto rows = Rows("5\" pipe,x\n");
  BOOST_TEST(rows.at(0).fields == (Fields{"5\" pipe", "x"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(text_after_a_closing_quote_breaks_only_its_row) {
  const auto rows = Rows("\"a\"b,c\nd,e\n");
  BOOST_REQUIRE_EQUAL(rows.size(), 2);
  BOOST_TEST(rows[0].problem == "text after a closing quote");
  BOOST_TEST(rows[1].problem == "");
}

BOOST_AUTO_TEST_CASE(a_quote_that_never_closes_costs_only_its_line) {
  const auto rows = Rows("a,b\n\"c,d\ne,f\ng,h\n");
  BOOST_REQUIRE_EQUAL(rows.size(), 4);
  BOOST_TEST(rows[1].problem == "a quote is opened and never closed");
  BOOST_TEST(rows[1].line == 2);
  BOOST_TEST(rows[2].fields == (Fields{"e", "f"}), boost::test_tools::per_element());
  BOOST_TEST(rows[3].line == 4);
}

// Found by a reviewer: the rows up to the next quote were neither used nor counted.
BOOST_AUTO_TEST_CASE(an_open_quote_that_meets_the_quote_of_a_later_row_costs_only_its_line) {
  const auto rows = Rows("1,\"22 INCH,6\n2,A,6\n3,\"B, C\",6\n");
  BOOST_REQUIRE_EQUAL(rows.size(), 3);
  BOOST_TEST(rows[0].problem == "text after a closing quote");
  BOOST_TEST(rows[0].line == 1);
  BOOST_TEST(rows[1].fields == (Fields{"2", "A", "6"}), boost::test_tools::per_element());
  BOOST_TEST(rows[2].fields == (Fields{"3", "B, C", "6"}), boost::test_tools::per_element());
  BOOST_TEST(rows[2].line == 3);
}

BOOST_AUTO_TEST_CASE(an_open_quote_does_not_swallow_a_long_file) {
  std::string content = "\"open\n";
  for (int i = 0; i < 200'000; ++i) content += "row,number\n";
  const auto rows = Rows(content);
  BOOST_TEST(rows.size() == 200'001);
  BOOST_TEST(rows.back().problem == "");
  BOOST_TEST(rows.back().line == 200'001);
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_one_broken_row) {
  const auto rows = Rows(std::string(kLineBytesMax + 5, 'x') + "\nnext\n");
  BOOST_REQUIRE_EQUAL(rows.size(), 2);
  BOOST_TEST(rows[0].problem == "the line is longer than 8 MiB");
  BOOST_TEST(rows[1].fields == Fields{"next"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_compressed_file_reads_like_a_plain_one) {
  const auto rows = ReadAll(WriteCompressed("t.csv.gz", "a,b\nc,d\n"));
  BOOST_REQUIRE_EQUAL(rows.size(), 2);
  BOOST_TEST(rows[1].fields == (Fields{"c", "d"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_compressed_file_that_is_cut_off_is_an_error_and_not_an_end) {
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i * 7919 % 100'003) + "\n";
  const std::string path = WriteCompressed("cut.csv.gz", content);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  auto lines = LineReader::Open(path);
  BOOST_REQUIRE(lines.ok());
  Line line;
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more) more = lines->Next(line);
  BOOST_TEST(!more.ok());
  BOOST_TEST(more.status().code() == absl::StatusCode::kDataLoss);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_is_refused_by_name) {
  const auto lines = LineReader::Open(path() + "/absent.csv");
  BOOST_TEST((ReasonOf(lines.status())->reason == Reason::REQUEST_INVALID));
  BOOST_TEST(MetadataOf(lines.status()).at("file") == path() + "/absent.csv");
  BOOST_TEST(std::string(lines.status().message()).find("absent.csv") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
