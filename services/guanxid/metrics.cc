#include "guanxid/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <shared_mutex>
#include <unordered_map>

#include "base/reason.h"
#include "partition/account_reader.h"

namespace guanxi::service {
namespace {

const prometheus::Histogram::BucketBoundaries kLatencySeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                                 0.1,    0.25,  0.5,    1,     2.5,  5,     10};

template <class Family>
auto* Build(prometheus::Registry& registry, Family&& builder, const char* name, const char* help) {
  return &builder.Name(name).Help(help).Register(registry);
}

void RaiseTo(prometheus::Counter& counter, uint64_t value) { counter.Increment(static_cast<double>(value) - counter.Value()); }

std::string ReasonLabel(const absl::Status& status) {
  if (status.ok()) return "OK";
  const ReasonEntry* const reason = ReasonOf(status);
  return reason == nullptr ? absl::StatusCodeToString(status.code()) : std::string(reason->name);
}

}  // namespace

struct Metrics::Impl {
  // Of calls that succeed, found without building labels.
  struct Rpc {
    prometheus::Counter& succeeded;
    prometheus::Histogram& latency;
  };
  Rpc& Of(const char* rpc) {
    {
      const std::shared_lock lock(rpcs_mutex);
      if (const auto found = by_name.find(rpc); found != by_name.end()) return found->second;
    }
    const std::lock_guard lock(rpcs_mutex);
    const Rpc added{rpcs->Add({{"rpc", rpc}, {"reason", "OK"}}), latency->Add({{"rpc", rpc}}, kLatencySeconds)};
    return by_name.emplace(rpc, added).first->second;
  }

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>* rpcs =
      Build(registry, prometheus::BuildCounter(), "guanxi_rpcs_total", "Finished calls by rpc and error reason.");
  prometheus::Family<prometheus::Histogram>* latency =
      Build(registry, prometheus::BuildHistogram(), "guanxi_rpc_seconds", "Time from a call's arrival to its answer.");
  prometheus::Family<prometheus::Counter>* events =
      Build(registry, prometheus::BuildCounter(), "guanxi_events_total", "Events that reached the log's writer, by partition and outcome.");
  prometheus::Family<prometheus::Gauge>* parked =
      Build(registry, prometheus::BuildGauge(), "guanxi_parked_open_events", "Parked events that wait for a decision.");
  prometheus::Family<prometheus::Gauge>* log_size =
      Build(registry, prometheus::BuildGauge(), "guanxi_log_records", "Records in the partition's log.");
  prometheus::Family<prometheus::Gauge>* queue =
      Build(registry, prometheus::BuildGauge(), "guanxi_queue_events", "Events waiting for the partition's writer.");
  prometheus::Family<prometheus::Gauge>* outbox =
      Build(registry, prometheus::BuildGauge(), "guanxi_outbox_pending", "Messages to other partitions that are not delivered yet.");
  prometheus::Family<prometheus::Gauge>* bytes =
      Build(registry, prometheus::BuildGauge(), "guanxi_store_bytes", "Bytes of the partition's store.");
  prometheus::Family<prometheus::Gauge>* accepts_writes =
      Build(registry, prometheus::BuildGauge(), "guanxi_accepts_writes",
            "1: the partition takes events; 0: its disk or its topic does not, or it stops.");
  prometheus::Family<prometheus::Gauge>* overlay_bytes =
      Build(registry, prometheus::BuildGauge(), "guanxi_overlay_bytes", "Memory of rows that no checkpoint has written yet.");
  prometheus::Family<prometheus::Gauge>* since_checkpoint =
      Build(registry, prometheus::BuildGauge(), "guanxi_records_since_checkpoint", "Records that a start after a crash would fold again.");
  prometheus::Family<prometheus::Counter>* commits = Build(registry, prometheus::BuildCounter(), "guanxi_commits_total",
                                                           "Group commits, each with one fsync; events per commit show the group.");
  prometheus::Family<prometheus::Counter>* refolded = Build(registry, prometheus::BuildCounter(), "guanxi_refolded_events_total",
                                                            "Events that were folded again because an older one of their account came.");
  prometheus::Family<prometheus::Counter>* account_loads =
      Build(registry, prometheus::BuildCounter(), "guanxi_account_loads_total",
            "Accounts that an event or the time was about to change, by where they were found: hot and cached in memory.");
  prometheus::Family<prometheus::Gauge>* clock =
      Build(registry, prometheus::BuildGauge(), "guanxi_clock_seconds", "The partition's business clock, Unix time.");
  std::shared_mutex rpcs_mutex;
  std::unordered_map<const char*, Rpc> by_name;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::RpcDone(const char* rpc, const absl::Status& status, std::chrono::nanoseconds took) {
  impl_->Of(rpc).latency.Observe(std::chrono::duration<double>(took).count());
  StreamDone(rpc, status);
}

void Metrics::StreamDone(const char* rpc, const absl::Status& status) {
  if (status.ok()) return impl_->Of(rpc).succeeded.Increment();
  impl_->rpcs->Add({{"rpc", rpc}, {"reason", ReasonLabel(status)}}).Increment();
}

std::string Metrics::Text(const partition::Cluster& cluster) {
  for (uint32_t p = 0; p < cluster.partitions(); ++p) {
    const prometheus::Labels labels{{"partition", std::to_string(p)}};
    const partition::ViewPtr view = cluster.ViewOf(PartitionId{p});
    const partition::PartitionStatus status = cluster.StatusOf(PartitionId{p});
    for (const auto& [outcome, count] : {std::pair{"appended", status.events.appended}, std::pair{"duplicate", status.events.duplicates},
                                         std::pair{"parked", status.events.parked}, std::pair{"refused", status.events.refused}})
      RaiseTo(impl_->events->Add({{"partition", std::to_string(p)}, {"outcome", outcome}}), count);
    if (const auto open = partition::ReadCounter(*view, "parked"); open.ok()) impl_->parked->Add(labels).Set(static_cast<double>(*open));
    impl_->log_size->Add(labels).Set(static_cast<double>(view->log_size));
    impl_->queue->Add(labels).Set(static_cast<double>(status.queue_events));
    impl_->outbox->Add(labels).Set(static_cast<double>(status.outbox_pending));
    impl_->bytes->Add(labels).Set(static_cast<double>(status.store_bytes));
    impl_->accepts_writes->Add(labels).Set(status.accepts_writes ? 1 : 0);
    impl_->overlay_bytes->Add(labels).Set(static_cast<double>(status.overlay_bytes));
    impl_->since_checkpoint->Add(labels).Set(static_cast<double>(status.records_since_checkpoint));
    RaiseTo(impl_->commits->Add(labels), status.commits);
    RaiseTo(impl_->refolded->Add(labels), status.refolded_events);
    const partition::AccountLoads& loads = status.account_loads;
    for (const auto& [found, count] : {std::pair{"hot", loads.hot}, std::pair{"cached", loads.cached}, std::pair{"stored", loads.stored},
                                       std::pair{"unknown", loads.unknown}})
      RaiseTo(impl_->account_loads->Add({{"partition", std::to_string(p)}, {"found", found}}), count);
    impl_->clock->Add(labels).Set(static_cast<double>(view->clock.micros) / kMicrosPerSecond);
  }
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace guanxi::service
