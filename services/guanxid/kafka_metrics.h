// What /metrics and /readyz show of Kafka. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "intake/kafka_intake.h"

namespace guanxi::service {

class KafkaMetrics {
 public:
  KafkaMetrics();
  ~KafkaMetrics();
  // Prometheus' text format. telling: of the derived topics, if there are any.
  std::string Text(const intake::KafkaIntake& kafka, uint32_t partitions, const std::optional<absl::Status>& telling);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A line of /readyz: what is wrong, and its remedy; empty when nothing is.
std::string TroubleOf(const std::string& whose, const absl::Status& state);

// One line for each partition that does not consume, with its remedy, and one
// while the past is being read; empty when there is nothing to say.
std::string KafkaTroubles(const intake::KafkaIntake& kafka, uint32_t partitions);

}  // namespace guanxi::service
