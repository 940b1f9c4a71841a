#include "bench/machine.h"

#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <grpcpp/grpcpp.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "kafka/connection.h"
#include "store/engine.h"

namespace guanxi::bench {
namespace {

struct Ticks {
  double busy = 0, stolen = 0;
};

Ticks ReadTicks() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  double user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0;
  stat >> cpu >> user >> nice >> system >> idle >> iowait >> irq >> softirq >> steal;
  return {user + nice + system + irq + softirq, steal};
}

std::string ProcessorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

std::string FileSystemOf(const std::string& folder) {
  struct statfs stat {};
  if (statfs(folder.c_str(), &stat) != 0) return "unknown file system";
  switch (stat.f_type) {
    case 0xEF53:
      return "ext4";
    case 0x58465342:
      return "xfs";
    case 0x794c7630:
      return "overlayfs";
    case 0x01021994:
      return "tmpfs: nothing is synced, figures of durable writes mean nothing";
  }
  return fmt::format("file system {:#x}", static_cast<unsigned>(stat.f_type));
}

}  // namespace

MachineWatch::MachineWatch() : started_(std::chrono::steady_clock::now()) {
  const Ticks ticks = ReadTicks();
  busy_ = ticks.busy, stolen_ = ticks.stolen;
}

Noise MachineWatch::Stop(double own_cpu_seconds) const {
  const Ticks ticks = ReadTicks();
  const double tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  return {std::max(0.0, (ticks.busy - busy_) / tick - own_cpu_seconds) / seconds, (ticks.stolen - stolen_) / tick / seconds};
}

Noise WatchMachine() {
  const MachineWatch watch;
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return watch.Stop(0);
}

Noise WaitForQuiet(double seconds_max) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds_max);
  Noise noise = WatchMachine();
  while (!noise.IsQuiet() && std::chrono::steady_clock::now() < until) noise = WatchMachine();
  return noise;
}

std::string ToText(const Noise& noise) {
  if (noise.IsQuiet()) return "quiet";
  return fmt::format("NOT quiet: others used {:.2f} cores, the hypervisor took {:.2f}", noise.others, noise.stolen);
}

std::string DescribeMachine(const std::string& folder) {
  utsname system{};
  uname(&system);
  return fmt::format("{} x {}, Linux {}, {} at {}\ngRPC {}, protobuf {}, librdkafka {}, {}", std::thread::hardware_concurrency(),
                     ProcessorName(), system.release, FileSystemOf(folder), folder, grpc::Version(),
                     google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION), kafka::ClientVersion(),
                     store::ToText(store::DescribeEngine()));
}

}  // namespace guanxi::bench
