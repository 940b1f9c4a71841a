// Other processes of a run: servers that are measured from outside.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace guanxi::bench {

// A child process; its standard error goes to a file. Killed when destroyed.
class Child {
 public:
  Child(const std::vector<std::string>& command, const std::string& error_file);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // The next line of its standard output; throws what standard error said when there is none.
  std::string ReadLine();
  // SIGTERM, and waits for the end; throws when it does not exit with 0.
  void Stop();
  // Waits until it ends by itself; throws when it does not exit with 0.
  void AwaitEnd();

 private:
  int Wait();
  pid_t pid_ = -1;
  std::string error_file_;
  FILE* output_ = nullptr;
};

// A port of 127.0.0.1 that nobody listens at, for servers that cannot choose one.
std::string FreeAddress();

// User and system CPU of a process so far, all its threads, in seconds; 10 ms fine.
double CpuSecondsOf(pid_t pid);
// Of this process, children excluded.
double OwnCpuSeconds();
// Of all children that ended.
double EndedChildrensCpuSeconds();
// Resident now, and at most so far, in MiB.
struct Resident {
  double now = 0, peak = 0;
};
Resident ResidentMibOf(pid_t pid);
// Bytes of all regular files below a folder.
uint64_t BytesBelow(const std::string& folder);

}  // namespace guanxi::bench
