// How quiet the machine is, and what the figures of a run depend on.
#pragma once

#include <chrono>
#include <string>

namespace guanxi::bench {

// Shares of one core that others used meanwhile: other processes, and the hypervisor.
struct Noise {
  double others = 0, stolen = 0;
  bool IsQuiet() const { return others < 0.1 && stolen < 0.05; }
};

// What the machine does from now on, less what this run uses itself.
class MachineWatch {
 public:
  MachineWatch();
  // own_cpu_seconds: used since by this run's processes.
  Noise Stop(double own_cpu_seconds) const;

 private:
  std::chrono::steady_clock::time_point started_;
  double busy_, stolen_;
};

// Watches for a second, while this process sleeps.
Noise WatchMachine();
// Waits until a second is quiet, at most so long; what the last second was like.
Noise WaitForQuiet(double seconds_max);
// "quiet", or "NOT quiet: others used 1.20 cores, the hypervisor took 0.01"
std::string ToText(const Noise& noise);
// Cores, processor, kernel, file system, versions of gRPC, protobuf, librdkafka and RocksDB.
std::string DescribeMachine(const std::string& folder);

}  // namespace guanxi::bench
