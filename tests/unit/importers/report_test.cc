#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "importers/csv.h"
#include "importers/retail.h"
#include "unit/importers/import_fixture.h"

using namespace guanxi;
using namespace guanxi::importers;

namespace {

std::string ImportPage() {
  std::ifstream file(std::string(GUANXI_SOURCE_DIR) + "/docs/import.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string KindName(OutcomeKind kind) {
  if (kind == OutcomeKind::kSkipped) return "skipped";
  return kind == OutcomeKind::kBroken ? "broken" : "noted";
}

std::string Quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(report_suite)

BOOST_AUTO_TEST_CASE(the_page_holds_the_table_of_outcomes) {
  const std::string page = ImportPage();
  for (const OutcomeEntry& entry : kOutcomes) {
    const std::string row = "| `" + std::string(entry.name) + "` | " + KindName(entry.kind) + " | " + std::string(entry.importers) + " | " +
                            std::string(entry.meaning) + " |";
    BOOST_TEST(page.find(row) != std::string::npos, row);
  }
}

BOOST_AUTO_TEST_CASE(outcomes_have_names_of_their_own) {
  std::map<std::string_view, int> names;
  for (const OutcomeEntry& entry : kOutcomes) BOOST_TEST(++names[entry.name] == 1, entry.name);
  for (size_t i = 0; i < std::size(kOutcomes); ++i) BOOST_TEST(static_cast<size_t>(kOutcomes[i].outcome) == i);
}

BOOST_AUTO_TEST_CASE(a_second_import_gives_the_same_events) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("r.csv",
                                        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
                                        "1,A,1,2010-12-01 08:26:00,1.5,7.0,UK\n"
                                        "C2,A,-1,2010-12-01 09:26:00,1.5,7.0,UK\n"
                                        "3,A,1,2010-12-02 08:26:00,1.5,8.0,Cyprus\n");
  CollectingSink first, second;
  ImportReport report;
  BOOST_REQUIRE(ImportRetail(file, {}, first, report).ok());
  BOOST_REQUIRE(ImportRetail(file, {}, second, report).ok());
  BOOST_REQUIRE_EQUAL(first.events.size(), 5);
  BOOST_REQUIRE_EQUAL(second.events.size(), 5);
  for (size_t i = 0; i < 5; ++i) BOOST_TEST(first.events[i].SerializeAsString() == second.events[i].SerializeAsString());
}

BOOST_AUTO_TEST_CASE(any_fields_written_in_quotes_are_read_back) {
  const auto seed = std::random_device()();
  BOOST_TEST_INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const std::string alphabet = "ab,\"\n\r \t;";
  const TemporaryFolder folder;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::vector<std::string>> rows(1 + random() % 5);
    std::string text;
    for (auto& row : rows) {
      row.resize(1 + random() % 4);
      for (auto& field : row) {
        for (size_t n = random() % 8; n > 0; --n) field += alphabet[random() % alphabet.size()];
        text += (&field == &row.front() ? "" : ",") + Quoted(field);
      }
      text += random() % 2 ? "\r\n" : "\n";
    }
    auto lines = LineReader::Open(folder.Write("q.csv", text));
    BOOST_REQUIRE(lines.ok());
    CsvReader reader(*std::move(lines));
    CsvRow row;
    for (const auto& expected : rows) {
      BOOST_REQUIRE(*reader.Next(row));
      BOOST_REQUIRE_MESSAGE(row.problem.empty() && row.fields == expected, "seed " << seed << ", text " << text);
    }
    BOOST_REQUIRE(!*reader.Next(row));
  }
}

BOOST_AUTO_TEST_SUITE_END()
