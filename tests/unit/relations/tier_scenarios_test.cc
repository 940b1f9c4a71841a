// Plays tests/golden/{tiers,explain}/*.txt. With --rewrite (after --) the expected parts are
// rewritten instead: read the difference before committing it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "unit/relations/scenario.h"

using namespace guanxi::relations;

namespace {

std::vector<std::filesystem::path> ScenarioFiles() {
  std::vector<std::filesystem::path> files;
  for (const char* folder : {"/tests/golden/tiers", "/tests/golden/explain"})
    for (const auto& entry : std::filesystem::directory_iterator(GUANXI_SOURCE_DIR + std::string(folder)))
      if (entry.path().extension() == ".txt") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string Contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool Rewriting() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i < suite.argc; ++i)
    if (std::string_view(suite.argv[i]) == "--rewrite") return true;
  return false;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tier_scenarios_suite)

BOOST_AUTO_TEST_CASE(every_scenario_ends_as_its_file_says) {
  const auto files = ScenarioFiles();
  BOOST_REQUIRE(!files.empty());
  for (const auto& path : files) {
    const auto scenarios = ParseScenarios(Contents(path));
    BOOST_TEST(!scenarios.empty(), path.filename().string());
    std::vector<std::string> outcomes;
    for (const Scenario& scenario : scenarios) {
      outcomes.push_back(Outcome(scenario));
      if (!Rewriting())
        BOOST_TEST(outcomes.back() == scenario.expected, path.filename().string() << ": " << scenario.name << "\nis now\n"
                                                                                  << outcomes.back());
    }
    if (Rewriting()) std::ofstream(path, std::ios::binary) << FormatScenarios(scenarios, outcomes);
  }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_not_understood_is_named) {
  for (const char* line : {"2024-01-01 dance", "yesterday order 5", "2024-01-01 order five", "2024-01-01 order 5 quickly"})
    BOOST_CHECK_THROW(Outcome({.name = "x", .lines = {line}}), std::exception);
}

BOOST_AUTO_TEST_SUITE_END()
