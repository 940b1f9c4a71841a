// What a test does in a process of its own, which may be killed.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace guanxi::test {

// To be made before the tests run, at namespace level; one in a program. In a
// process that IsKilled started the body runs instead of the tests.
class OwnProcess {
 public:
  explicit OwnProcess(void (*body)()) { Body() = body; }

  // Starts this program with these variables beside the environment, waits for its
  // end; true: it ended by SIGKILL.
  bool IsKilled(const std::map<std::string, std::string>& variables) const {
    // What the killed one leaves behind goes with this.
    const TemporaryDirectory temporary;
    std::vector<std::string> words = {"/proc/self/exe"}, all = {"TMPDIR=" + temporary.path(), std::string(kVariable) + "=1"};
    for (char** variable = environ; *variable != nullptr; ++variable) all.emplace_back(*variable);
    for (const auto& [key, value] : variables) all.push_back(key + "=" + value);
    const auto pointers = [](std::vector<std::string>& texts) {
      std::vector<char*> result;
      for (std::string& text : texts) result.push_back(text.data());
      result.push_back(nullptr);
      return result;
    };
    pid_t pid = 0;
    int status = 0;
    BOOST_REQUIRE_EQUAL(posix_spawn(&pid, "/proc/self/exe", nullptr, nullptr, pointers(words).data(), pointers(all).data()), 0);
    BOOST_REQUIRE_EQUAL(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  struct Start {
    void setup() {
      if (Body() == nullptr || std::getenv(kVariable) == nullptr) return;
      Body()();
      std::_Exit(EXIT_FAILURE);  // it was to be killed
    }
  };

 private:
  static constexpr char kVariable[] = "GUANXI_TEST_OWN_PROCESS";
  static void (*&Body())() {
    static void (*body)() = nullptr;
    return body;
  }
};

using OwnProcessStart = OwnProcess::Start;
BOOST_TEST_GLOBAL_FIXTURE(OwnProcessStart);

}  // namespace guanxi::test
