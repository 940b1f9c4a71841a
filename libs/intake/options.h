// What a KafkaIntake is opened with. A value.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "kafka/connection.h"

namespace guanxi::intake {

struct KafkaIntakeOptions {
  kafka::Connection connection;
  std::string topic;
  // Under which applied offsets are shown to Kafka's own tools.
  std::string group = "guanxi";
  // How long a submission without a deadline is waited for.
  std::chrono::milliseconds outcome_timeout{10'000};
  // Events under way from this node; beyond it OVERLOADED.
  size_t pending_events_max = 16'384;
  size_t queue_kib = 64 << 10;  // prefetched per partition
  // What is submitted together is ended by the brokers after that, if this node no more
  // can: so long readers of the topic may stand before it.
  std::chrono::milliseconds together_open_max{10'000};
  // For tests that end the process there: what is submitted together is with the
  // brokers, and not committed. guanxid sets none.
  std::function<void()> before_commit = [] {};
};

}  // namespace guanxi::intake
