#include "guanxid/kafka_metrics.h"

#include <fmt/format.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/reason.h"

namespace guanxi::service {
namespace {

using Gauges = prometheus::Family<prometheus::Gauge>;

Gauges* Build(prometheus::Registry& registry, const char* name, const char* help) {
  return &prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

struct KafkaMetrics::Impl {
  prometheus::Registry registry;
  Gauges* applied = Build(registry, "guanxi_kafka_applied_offset", "The next offset of the Kafka partition to apply.");
  Gauges* end = Build(registry, "guanxi_kafka_end_offset", "Where the Kafka partition ended when it was last asked for.");
  Gauges* lag = Build(registry, "guanxi_kafka_lag_events", "Offsets that are not applied yet.");
  Gauges* lag_seconds =
      Build(registry, "guanxi_kafka_lag_seconds", "For how long at most a record has waited to be applied; 0: none does.");
  Gauges* consuming = Build(registry, "guanxi_kafka_consuming", "1: the partition consumes. 0: /readyz says why not.");
  Gauges* telling = Build(registry, "guanxi_kafka_telling",
                          "1: the derived topics are written, or nothing was to be told. 0: telling failed and is tried again.");
};

KafkaMetrics::KafkaMetrics() : impl_(std::make_unique<Impl>()) {}
KafkaMetrics::~KafkaMetrics() = default;

std::string KafkaMetrics::Text(const intake::KafkaIntake& kafka, uint32_t partitions, const std::optional<absl::Status>& telling) {
  if (telling) impl_->telling->Add({}).Set(telling->ok() ? 1 : 0);

  for (uint32_t p = 0; p < partitions; ++p) {
    const prometheus::Labels labels{{"partition", std::to_string(p)}};
    const intake::SourceStatus status = kafka.StatusOf(PartitionId{p});
    impl_->applied->Add(labels).Set(static_cast<double>(status.applied_offset));
    impl_->end->Add(labels).Set(static_cast<double>(status.end_offset));
    impl_->lag->Add(labels).Set(static_cast<double>(status.end_offset - status.applied_offset));
    impl_->lag_seconds->Add(labels).Set(status.lag_seconds);
    impl_->consuming->Add(labels).Set(status.state.ok() ? 1 : 0);
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

std::string TroubleOf(const std::string& whose, const absl::Status& state) {
  if (state.ok()) return "";
  const ReasonEntry* const reason = ReasonOf(state);
  return fmt::format("{}: {}: {}. {}\n", whose, reason == nullptr ? "UNKNOWN" : reason->name,
                     std::string(state.message().data(), state.message().size()), reason == nullptr ? "" : reason->remedy);
}

std::string KafkaTroubles(const intake::KafkaIntake& kafka, uint32_t partitions) {
  std::string troubles;
  for (uint32_t p = 0; p < partitions; ++p) troubles += TroubleOf(fmt::format("partition {}", p), kafka.StatusOf(PartitionId{p}).state);
  if (troubles.empty() && !kafka.HasSeenThePast()) troubles = "reading what the topic held at the start\n";
  return troubles;
}

}  // namespace guanxi::service
