// Tier scenarios: text files that a sales manager can read and check. A file has
// scenarios, each with what happens line by line, "----", and the tier history
// that follows:
//
//   scenario: the first good order makes a preferred customer
//     weights value=1
//     2024-03-05 order 120000 of pumps
//     until 2024-12-31
//   ----
//   2024-03-05 ORDINARY -> PREFERRED: score 410 >= 400 to enter PREFERRED, whose gates hold; no wait before the first change [event 1]
//   2024-12-31: PREFERRED, score 410
//
// Amounts are EUR unless said. Verbs are listed in scenario.cc, beside their code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace guanxi::relations {

struct Scenario {
  std::string comment;  // the lines before it, as they stand
  std::string name;
  std::vector<std::string> lines;
  std::string expected;
};

std::vector<Scenario> ParseScenarios(std::string_view file);
std::string FormatScenarios(const std::vector<Scenario>& scenarios, const std::vector<std::string>& outcomes);

// Runs the lines; the text is what follows "----". Throws std::runtime_error that
// names the line it does not understand.
std::string Outcome(const Scenario& scenario);

}  // namespace guanxi::relations
