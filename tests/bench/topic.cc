#include "bench/topic.h"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "bench/events.h"
#include "codec/kafka_message.h"
#include "guanxi/event/v1/trade.pb.h"
#include "intake/topic_rules.h"
#include "kafka/admin.h"
#include "partition/partitioner.h"
#include "relations/event_type.h"

namespace guanxi::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAdminMax{60'000};

void OrThrow(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

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

}  // namespace

Topic::Topic(const std::string& folder) : folder_(folder) {
  const std::string said = folder + ".said";
  if (Tool("start --port 0", said) != 0) throw std::runtime_error("tools/kafka start failed");
  std::ifstream file(said);
  for (std::string word; file >> word;)
    if (word.starts_with("bootstrap=")) connection_.brokers = word.substr(word.find('=') + 1);
  Renew();
}

Topic::~Topic() { Tool("stop", "/dev/null"); }

int Topic::Tool(const std::string& words, const std::string& said) const {
  return std::system(fmt::format("'{}/tools/kafka' {} --dir '{}' >'{}'", GUANXI_SOURCE_DIR, words, folder_, said).c_str());
}

void Topic::Renew() {
  name_ = fmt::format("events-{}", ++made_);
  auto admin = kafka::Admin::Make(connection_);
  OrThrow(admin.status());
  OrThrow((*admin)->Create({name_, kTopicPartitions, 1, intake::EventsTopicSettings()}, kAdminMax));
}

std::vector<std::string> Topic::DaemonOptions() const {
  return {"--clock", "events", "--kafka-brokers", connection_.brokers, "--kafka-topic", name_};
}

OrderWriter::OrderWriter(const Topic& topic, milliseconds linger) {
  auto made = kafka::Producer::Make({topic.connection(), topic.name(), linger});
  OrThrow(made.status());
  producer_ = *std::move(made);
}

uint64_t OrderWriter::Write(const EventPlan& plan, uint64_t n, const std::function<void(const kafka::Delivery&)>& done) {
  const codec::Record record = OrderNumber(plan, n);
  const auto message = codec::KafkaMessageFromRecord(record, codec::KafkaMode::kBinary, codec::KafkaPayload::kProtobuf);
  kafka::OutgoingRecord out{partition::PartitionOf(record.account_id, kTopicPartitions).value, message.key, message.value, {}};
  uint64_t bytes = message.key.size() + message.value.size();
  for (const auto& [name, value] : message.headers) {
    out.headers.push_back({name, value});
    bytes += name.size() + value.size();
  }
  while (!producer_->Send(out, done).ok()) producer_->Flush(milliseconds(50));
  return bytes;
}

void OrderWriter::Flush() {
  if (!producer_->Flush(kAdminMax)) throw std::runtime_error("the broker did not take the events");
}

}  // namespace guanxi::bench
