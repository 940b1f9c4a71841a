// guanxi kafka create-topics|produce|status
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "tools/guanxi/kafka_commands.h"
#include "tools/guanxi/print.h"
#include "tools/guanxi/values.h"

namespace guanxi::cli {
namespace {

struct NoArguments {};

// "1.5 s", "3 min", "2 h", "4 d"; nothing when there is none.
std::string Age(double seconds) {
  char text[32] = "";
  if (seconds <= 0) return text;
  if (seconds < 120)
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (seconds < 7'200)
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  else if (seconds < 172'800)
    std::snprintf(text, sizeof text, "%.0f h", seconds / 3'600);
  else
    std::snprintf(text, sizeof text, "%.0f d", seconds / 86'400);
  return text;
}

std::string DescribeStatus(const guanxi::v1::ListPartitionsResponse& answer) {
  Table table({{"partition", Align::kRight},
               {"applied", Align::kRight},
               {"end", Align::kRight},
               {"lag", Align::kRight},
               {"behind", Align::kRight},
               {"parked", Align::kRight},
               {"state"}});
  std::string reasons;
  for (const auto& partition : answer.partitions()) {
    const auto& kafka = partition.kafka();
    table.AddRow({std::to_string(partition.partition()), FormatCount(kafka.applied_offset()), FormatCount(kafka.end_offset()),
                  FormatCount(kafka.lag_events()), Age(kafka.lag_seconds()), FormatCount(partition.open_parked_events()),
                  kafka.reason().empty() ? "consuming" : kafka.reason()});
    if (!kafka.reason().empty()) reasons += "partition " + std::to_string(partition.partition()) + ": " + Shown(kafka.message()) + "\n";
  }
  return "topic " + Shown(answer.kafka().topic()) + ", brokers " + Shown(answer.kafka().brokers()) + ", cluster " +
         Shown(answer.kafka().cluster_id()) + "\n" + table.Render() + reasons;
}

absl::Status RunStatus(Context& context, const NoArguments&) {
  const auto answer = context.Ask(&guanxi::v1::AdminService::Stub::ListPartitions, guanxi::v1::ListPartitionsRequest());
  if (answer.ok() && !answer->has_kafka())
    return absl::FailedPreconditionError("the server at " + context.server + " runs embedded: its events come by gRPC, not from Kafka");
  return PrintPage(
      context, answer, [](const auto& page) { return page.partitions(); }, DescribeStatus);
}

}  // namespace

void AddKafkaOptions(CLI::App* command, KafkaArguments& arguments) {
  command->add_option("--brokers", arguments.brokers, "HOST:PORT,... of some brokers")
      ->capture_default_str()
      ->envname("GUANXI_KAFKA_BROKERS");
  command->add_option("--property", arguments.properties, "KEY=VALUE of librdkafka, such as security.protocol=SASL_SSL; may be repeated")
      ->check(
          [](const std::string& text) { return text.find('=') == std::string::npos ? "'" + text + "' is not KEY=VALUE" : std::string(); });
}

kafka::Connection ConnectionOf(const KafkaArguments& arguments) {
  kafka::Connection connection{.brokers = arguments.brokers};
  for (const std::string& property : arguments.properties) {
    const size_t equals = property.find('=');
    connection.properties[property.substr(0, equals)] = property.substr(equals + 1);
  }
  return connection;
}

std::chrono::milliseconds TimeoutOf(const Context& context) {
  return std::chrono::milliseconds(static_cast<int64_t>(context.deadline_seconds * 1e3));
}

void AddKafka(CLI::App& app, Context& context) {
  CLI::App* noun = app.add_subcommand("kafka", "Topics, events to a topic, and how far the server has read it");
  noun->require_subcommand(1);
  AddKafkaTopics(noun, context);
  AddKafkaProduce(noun, context);
  CLI::App* command = noun->add_subcommand("status", "Of each partition: what is applied, what there is, what lies between");
  OnRun(command, context, std::make_shared<NoArguments>(), "guanxi kafka status", RunStatus);
}

}  // namespace guanxi::cli
