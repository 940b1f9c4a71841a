// The kafka_* settings as the intake takes them.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "guanxid/config.h"
#include "intake/kafka_intake.h"
#include "partition/cluster.h"

namespace guanxi::service {

// INVALID_ARGUMENT: the password's file cannot be read.
absl::StatusOr<intake::KafkaIntakeOptions> KafkaOptionsOf(const Config& config);

// The intake, and what follows from its topic for a directory that is new: as
// many partitions as it has, and one log epoch on all nodes. A directory that
// exists opens while the brokers are away; a new one does not: SOURCE_UNAVAILABLE,
// TOPIC_MISSING, TOPIC_UNSUITABLE; INVALID_ARGUMENT: `partitions` is not the topic's
// number. SHUTTING_DOWN: a blocked SIGTERM or SIGINT came while it waited for the brokers.
absl::StatusOr<std::unique_ptr<intake::KafkaIntake>> OpenKafka(const Config& config, partition::ClusterOptions& options);

}  // namespace guanxi::service
