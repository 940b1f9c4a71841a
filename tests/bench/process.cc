#include "bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace guanxi::bench {
namespace {

std::string TextOf(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

double CpuSecondsOfUsage(int who) {
  rusage usage{};
  getrusage(who, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void Become(const std::vector<std::string>& command, const std::string& error_file, int output) {
  dup2(output, STDOUT_FILENO);
  const int errors = open(error_file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
  dup2(errors, STDERR_FILENO);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

}  // namespace

Child::Child(const std::vector<std::string>& command, const std::string& error_file) : error_file_(error_file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot start " + command.front());
  if (pid_ == 0) Become(command, error_file, ends[1]);
  close(ends[1]);
  output_ = fdopen(ends[0], "r");
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    Wait();
  }
  fclose(output_);
}

int Child::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

std::string Child::ReadLine() {
  char* line = nullptr;
  size_t room = 0;
  const ssize_t length = getline(&line, &room, output_);
  std::string text = length > 0 ? std::string(line, static_cast<size_t>(length)) : std::string();
  free(line);
  if (text.empty()) throw std::runtime_error("a process ended early: " + TextOf(error_file_));
  if (text.back() == '\n') text.pop_back();
  return text;
}

void Child::Stop() {
  kill(pid_, SIGTERM);
  AwaitEnd();
}

void Child::AwaitEnd() {
  if (const int status = Wait(); status != 0) throw std::runtime_error("a process ended badly: " + TextOf(error_file_));
}

std::string FreeAddress() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, any, size) != 0 || getsockname(listener, any, &size) != 0) throw std::runtime_error("no free port");
  close(listener);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

double CpuSecondsOf(pid_t pid) {
  const std::string stat = TextOf("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream fields(stat.substr(stat.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double OwnCpuSeconds() { return CpuSecondsOfUsage(RUSAGE_SELF); }
double EndedChildrensCpuSeconds() { return CpuSecondsOfUsage(RUSAGE_CHILDREN); }

Resident ResidentMibOf(pid_t pid) {
  std::istringstream status(TextOf("/proc/" + std::to_string(pid) + "/status"));
  Resident resident;
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) resident.now = kib / 1024;
    if (word == "VmHWM:" && status >> kib) resident.peak = kib / 1024;
  }
  return resident;
}

uint64_t BytesBelow(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder))
    if (file.is_regular_file()) bytes += file.file_size();
  return bytes;
}

}  // namespace guanxi::bench
