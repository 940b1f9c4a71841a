// The real daemon on a directory of its own, and events brought into it.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bench/figures.h"
#include "bench/process.h"

namespace guanxi::bench {

class Guanxid {
 public:
  explicit Guanxid(const std::string& data, const std::vector<std::string>& options = {"--clock", "events"});

  const std::string& address() const { return address_; }
  const std::string& data() const { return data_; }
  pid_t pid() const { return child_->pid(); }
  std::shared_ptr<grpc::Channel> Connect() const;
  // From the start of the process to its first answer.
  double seconds_to_ready() const { return seconds_to_ready_; }
  void AdvanceClock(Timestamp to) const;
  // Waits until everything that fell due is written.
  void WaitForSweep() const;
  void Stop() { child_->Stop(); }

 private:
  std::string data_, address_;
  std::unique_ptr<Child> child_;
  double seconds_to_ready_ = 0;
};

// What the n-th event is about.
struct EventPlan {
  uint64_t account = 0;
  Timestamp occurred_at;
};
using Plan = std::function<EventPlan(uint64_t n)>;
// Every account in turn, mixed; each in order of time over the year.
Plan InOrder(uint64_t events, uint64_t accounts);

// A few accounts have most of the events: the k-th of them one in proportion to 1 / k^0.99. In order of time over the year.
Plan Zipf(uint64_t events, uint64_t accounts, uint64_t seed);

// Appends events [first, first + count) of the plan through two AppendStreams, as an import does, an account always
// through the same one; CPU is the daemon's. Throws unless all were appended.
Figures Ingest(const Guanxid& daemon, const Plan& plan, uint64_t first, uint64_t count);

// A directory that was filled and closed.
struct Ingested {
  std::string data;
  uint64_t events = 0, accounts = 0;
  Figures figures;
  double peak_mib = 0;
};
Ingested IngestInto(const std::string& data, const Plan& plan, uint64_t events, uint64_t accounts);

}  // namespace guanxi::bench
