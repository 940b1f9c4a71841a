// What /metrics shows. Names and labels hold no personal data and no account ids.
// Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "partition/cluster.h"

namespace guanxi::service {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // rpc: a literal, "EventService.Append". A call that took this long, with this status.
  void RpcDone(const char* rpc, const absl::Status& status, std::chrono::nanoseconds took);
  // Of a stream, which may last for days: only what ended it.
  void StreamDone(const char* rpc, const absl::Status& status);

  // Prometheus' text format; reads the cluster's gauges first.
  std::string Text(const partition::Cluster& cluster);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
