// From a real topic to durable, deduplicated, folded and queryable, beside reading the same records and doing nothing.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bench/bench.h"
#include "bench/events.h"
#include "bench/process.h"
#include "codec/kafka_message.h"
#include "guanxi/event/v1/trade.pb.h"
#include "intake/kafka_intake.h"
#include "intake/topic_rules.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "partition/partitioner.h"
#include "relations/event_type.h"

namespace guanxi::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr uint32_t kPartitions = 4;
constexpr char kTopic[] = "guanxi.events";
constexpr milliseconds kAdminMax{60'000};

[[noreturn]] void Fail(const absl::Status& status) { throw std::runtime_error(std::string(status.message())); }
void Check(const absl::Status& status) {
  if (!status.ok()) Fail(status);
}

// A broker of its own, for as long as this lives.
class Broker {
 public:
  explicit Broker(const std::string& folder) : folder_(folder) {
    const std::string said = folder + ".said";
    if (Run("start --port 0", said) != 0) throw std::runtime_error("tools/kafka start failed");
    std::ifstream file(said);
    for (std::string word; file >> word;)
      if (word.starts_with("bootstrap=")) connection_.brokers = word.substr(word.find('=') + 1);
    auto admin = kafka::Admin::Make(connection_);
    Check(admin.status());
    Check((*admin)->Create({kTopic, kPartitions, 1, intake::EventsTopicSettings()}, kAdminMax));
  }
  ~Broker() { Run("stop", "/dev/null"); }
  const kafka::Connection& connection() const { return connection_; }

 private:
  int Run(const std::string& words, const std::string& said) const {
    return std::system(fmt::format("'{}/tools/kafka' {} --dir '{}' >'{}'", GUANXI_SOURCE_DIR, words, folder_, said).c_str());
  }
  const std::string folder_;
  kafka::Connection connection_;
};

codec::Record OrderNumber(const EventPlan& plan, uint64_t n) {
  event::v1::OrderPlaced order;
  order.set_order_id(fmt::format("order-{:010}", n));
  order.set_currency_code("EUR");
  auto& line = *order.add_lines();
  line.set_product("pump");
  line.set_quantity_micros(1'000'000);
  line.set_unit_price_micros(static_cast<int64_t>(100 + n % 900) * 1'000'000);
  codec::Record record;
  record.type = static_cast<uint16_t>(relations::EventTypeFromName("OrderPlaced"));
  record.account_id = AccountName(plan.account);
  record.id = order.order_id();
  record.source = "/erp/orders";
  record.occurred_at = plan.occurred_at;
  record.payload = order.SerializeAsString();
  return record;
}

// As `guanxi kafka produce` writes them; gives back their bytes on average.
double Produce(const kafka::Connection& connection, uint64_t events, uint64_t accounts) {
  auto producer = kafka::Producer::Make({connection, kTopic, milliseconds(20)});
  Check(producer.status());
  const Plan plan = InOrder(events, accounts);
  uint64_t bytes = 0;
  for (uint64_t n = 0; n < events; ++n) {
    const codec::Record record = OrderNumber(plan(n), n);
    const auto message = codec::KafkaMessageFromRecord(record, codec::KafkaMode::kBinary, codec::KafkaPayload::kProtobuf);
    kafka::OutgoingRecord out{partition::PartitionOf(record.account_id, kPartitions).value, message.key, message.value, {}};
    for (const auto& [name, value] : message.headers) {
      out.headers.push_back({name, value});
      bytes += name.size() + value.size();
    }
    bytes += message.key.size() + message.value.size();
    while (!(*producer)->Send(out, nullptr).ok()) (*producer)->Flush(milliseconds(50));
  }
  if (!(*producer)->Flush(kAdminMax)) throw std::runtime_error("the broker did not take the events");
  return static_cast<double>(bytes) / static_cast<double>(events);
}

template <class Work>
Figures Timed(uint64_t events, Work work) {
  const double cpu = OwnCpuSeconds();
  const auto began = steady_clock::now();
  work();
  const double seconds = std::chrono::duration<double>(steady_clock::now() - began).count();
  Figures figures;
  figures.per_second = static_cast<double>(events) / seconds;
  figures.cpu_seconds_per_million = (OwnCpuSeconds() - cpu) * 1e6 / static_cast<double>(events);
  return figures;
}

void Drain(const kafka::Connection& connection, uint64_t events) {
  auto consumer = kafka::Consumer::Make({connection, kTopic, "drain"});
  Check(consumer.status());
  for (uint32_t p = 0; p < kPartitions; ++p) Check((*consumer)->Start(p, 0));
  uint64_t read = 0;
  for (uint32_t p = 0; read < events; p = (p + 1) % kPartitions)
    for (auto polled = (*consumer)->Poll(p, milliseconds(1)); polled.kind == kafka::Polled::Kind::kMessage;
         polled = (*consumer)->Poll(p, milliseconds(0)))
      ++read;
  for (uint32_t p = 0; p < kPartitions; ++p) (*consumer)->Stop(p);
}

void Apply(const kafka::Connection& connection, const std::string& data, uint64_t events) {
  intake::KafkaIntakeOptions kafka_options;
  kafka_options.connection = connection;
  kafka_options.topic = kTopic;
  auto kafka = intake::KafkaIntake::Open(kafka_options);
  Check(kafka.status());
  partition::ClusterOptions options;
  options.data_directory = data;
  options.settings.partitions = kPartitions;
  options.wall_clock = false;
  options.now = [] { return Timestamp{kFirst.micros + kSpanMicros}; };
  options.intake = kafka->get();
  auto cluster = partition::Cluster::Open(std::move(options));
  Check(cluster.status());
  (*kafka)->Start(**cluster);
  for (uint64_t applied = 0; applied < events;) {
    std::this_thread::sleep_for(milliseconds(2));
    applied = 0;
    for (uint32_t p = 0; p < kPartitions; ++p) applied += (*cluster)->ViewOf(PartitionId(p))->log_size;
  }
  (*kafka)->Stop();
}

}  // namespace

void KafkaRow(Bench& bench) {
  const uint64_t events = bench.options.events;
  const Broker broker(bench.NewPath("kafka"));
  const double bytes = Produce(broker.connection(), events, bench.options.AccountCount());
  bench.report.Value(Role::kFloor, "bytes of an event in the topic, headers included", bytes, "bytes");
  const Figures drain = Timed(events, [&] { Drain(broker.connection(), events); });
  bench.report.Measured(Role::kFloor, "bare drain, one thread", drain);
  const Figures engine = Timed(events, [&] { Apply(broker.connection(), bench.NewPath("from-kafka"), events); });
  bench.report.Measured(Role::kEngine, "from the topic to durable, deduplicated, folded and queryable", engine);
  bench.report.Compare("from Kafka", Rate(engine.per_second), "bare drain: " + Rate(drain.per_second), engine.per_second / drain.per_second,
                       {});
  bench.report.NotMeasured("from Kafka beside Kafka Streams", "the peer is not part of this repository");
}

}  // namespace guanxi::bench
