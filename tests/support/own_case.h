// A case of the running test program in a process of its own, which may be killed.
#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <map>
#include <string>
#include <vector>

#include "support/temporary_directory.h"

namespace guanxi::test {

// Runs the (disabled) case with these variables beside the environment; true: it ended by SIGKILL.
inline bool IsKilledIn(const std::string& name, const std::map<std::string, std::string>& variables) {
  // What the killed one leaves behind goes with this.
  const TemporaryDirectory temporary;
  std::vector<std::string> words = {"/proc/self/exe", "--run_test=" + name}, all = {"TMPDIR=" + temporary.path()};
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

}  // namespace guanxi::test
