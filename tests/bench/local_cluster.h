// The engine in this process, on a directory of its own or one that was ingested.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "bench/events.h"
#include "partition/cluster.h"

namespace guanxi::bench {

inline std::unique_ptr<partition::Cluster> OpenCluster(const std::string& data) {
  partition::ClusterOptions options;
  options.data_directory = data;
  options.settings.partitions = 4;
  options.wall_clock = false;
  options.now = [] { return Timestamp{kFirst.micros + kSpanMicros}; };
  auto opened = partition::Cluster::Open(std::move(options));
  if (!opened.ok()) throw std::runtime_error(std::string(opened.status().message()));
  return *std::move(opened);
}

}  // namespace guanxi::bench
