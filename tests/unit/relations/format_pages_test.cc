// The pages in docs/formats say what the code does.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "relations/event_type.h"

using namespace guanxi::relations;

namespace {

std::string File(const std::string& path) {
  std::ifstream in(GUANXI_SOURCE_DIR "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(format_pages_suite)

BOOST_AUTO_TEST_CASE(the_page_of_event_types_lists_every_type_once) {
  const std::string page = File("docs/formats/event-types.md");
  size_t rows = 0;
  for (size_t at = page.find("\n| "); at != std::string::npos; at = page.find("\n| ", at + 1)) ++rows;
  BOOST_TEST(rows == kEventTypes.size());  // the heading instead of kUnknown
  for (const EventTypeEntry& entry : kEventTypes) {
    if (entry.type == EventType::kUnknown) continue;
    const std::string row = "| " + std::to_string(static_cast<int>(entry.type)) + " | `" + std::string(entry.name) + "` |";
    BOOST_TEST(page.find(row) != std::string::npos, row);
  }
}

BOOST_AUTO_TEST_CASE(the_page_of_rows_lists_the_fields_in_the_order_of_the_code) {
  const std::string code = File("libs/relations/row_fields.h"), page = File("docs/formats/rows.md");
  const std::regex visit(R"(Field<A, (\w+)>& v\) \{[^}]*?a\.Sparse\(([^;]*)\);)");
  size_t structs = 0;
  for (std::sregex_iterator it(code.begin(), code.end(), visit), end; it != end; ++it, ++structs) {
    const std::string fields = std::regex_replace(std::regex_replace((*it)[2].str(), std::regex("v\\."), ""), std::regex("\\s+"), " ");
    const std::string line = "* **" + (*it)[1].str() + "**: " + fields + "\n";
    BOOST_TEST(page.find(line) != std::string::npos, line);
  }
  BOOST_TEST(structs >= 35u);
}

BOOST_AUTO_TEST_SUITE_END()
