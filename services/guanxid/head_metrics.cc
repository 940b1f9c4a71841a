#include "guanxid/head_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace guanxi::service {

struct HeadMetrics::Impl {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Gauge>& published =
      prometheus::BuildGauge()
          .Name("guanxi_head_published_timestamp_seconds")
          .Help("When the partition's newest tree head in the file of heads was signed, Unix time.")
          .Register(registry);
  prometheus::Counter& not_published = prometheus::BuildCounter()
                                           .Name("guanxi_head_publish_failures_total")
                                           .Help("Times the file of heads could not be written.")
                                           .Register(registry)
                                           .Add({});
};

HeadMetrics::HeadMetrics() : impl_(std::make_unique<Impl>()) {}
HeadMetrics::~HeadMetrics() = default;

void HeadMetrics::Published(PartitionId partition, Timestamp signed_at) {
  impl_->published.Add({{"partition", std::to_string(partition.value)}}).Set(static_cast<double>(signed_at.micros) / kMicrosPerSecond);
}

void HeadMetrics::NotPublished() { impl_->not_published.Increment(); }

std::string HeadMetrics::Text() const { return prometheus::TextSerializer().Serialize(impl_->registry.Collect()); }

}  // namespace guanxi::service
