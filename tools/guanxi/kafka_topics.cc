// guanxi kafka create-topics
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/reason.h"
#include "intake/topic_rules.h"
#include "tools/guanxi/kafka_commands.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {
namespace {

namespace json = boost::json;

struct TopicsArguments {
  KafkaArguments kafka;
  std::string prefix = "guanxi.";
  uint32_t partitions = 4;
  std::optional<uint32_t> replication;
};

using Settings = std::map<std::string, std::string>;

// What becomes of a topic.
struct Outcome {
  std::string topic;
  bool made = false;
  uint32_t partitions = 0;
  std::vector<std::string> differences;  // "retention.ms is 604800000, must be -1"
};

// The events are the log's; the others are told from it and can be told again.
std::vector<kafka::TopicToMake> TopicsOf(const TopicsArguments& arguments) {
  const auto topic = [&](const char* name, uint32_t partitions, Settings settings) {
    kafka::TopicToMake made{.name = arguments.prefix + name, .partitions = partitions, .settings = std::move(settings)};
    // Without: what the brokers have as default.replication.factor.
    made.replication = arguments.replication.value_or(kafka::kBrokersReplication);
    if (made.replication >= 3 && arguments.replication) made.settings["min.insync.replicas"] = "2";
    return made;
  };
  return {topic("events", arguments.partitions, intake::EventsTopicSettings()),
          topic("tier-changes", arguments.partitions, intake::KeptTopicSettings("delete")),
          topic("accounts", arguments.partitions, intake::KeptTopicSettings("compact")),
          topic("parked", arguments.partitions, intake::KeptTopicSettings("delete")),
          topic("progress", arguments.partitions, intake::KeptTopicSettings("compact")),
          topic("owners", arguments.partitions, intake::KeptTopicSettings("compact")),
          topic("ingress", arguments.partitions, Settings{{"cleanup.policy", "delete"}, {"retention.ms", "86400000"}})};
}

// The controller has made it; that the brokers know it comes a moment later.
absl::StatusOr<kafka::TopicDescription> DescribeWhenKnown(kafka::Admin& admin, const std::string& topic,
                                                          std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    auto found = admin.Describe(topic, timeout);
    const ReasonEntry* const reason = ReasonOf(found.status());
    const bool missing = reason != nullptr && reason->reason == Reason::TOPIC_MISSING;
    if (!missing || std::chrono::steady_clock::now() > deadline) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

absl::StatusOr<Outcome> MakeOrCompare(kafka::Admin& admin, const kafka::TopicToMake& wanted, std::chrono::milliseconds timeout) {
  Outcome outcome{.topic = wanted.name, .partitions = wanted.partitions};
  const absl::Status created = admin.Create(wanted, timeout);
  outcome.made = created.ok();
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  const auto found = DescribeWhenKnown(admin, wanted.name, timeout);
  if (!found.ok()) return found.status();
  outcome.partitions = found->partitions;
  outcome.differences = intake::DifferencesOf(wanted, *found);
  return outcome;
}

std::string Describe(const std::vector<Outcome>& outcomes) {
  Table table({{"topic"}, {"partitions", Align::kRight}, {"state"}});
  for (const Outcome& outcome : outcomes) {
    if (outcome.differences.empty())
      table.AddRow({outcome.topic, std::to_string(outcome.partitions), outcome.made ? "made" : "is as it must be"});
    for (size_t i = 0; i < outcome.differences.size(); ++i)
      table.AddRow({i == 0 ? outcome.topic : "", i == 0 ? std::to_string(outcome.partitions) : "", outcome.differences[i]});
  }
  return table.Render();
}

std::string Json(const Outcome& outcome) {
  return json::serialize(json::object{{"topic", outcome.topic},
                                      {"made", outcome.made},
                                      {"partitions", outcome.partitions},
                                      {"differences", json::array(outcome.differences.begin(), outcome.differences.end())}});
}

absl::Status RunCreate(Context& context, const TopicsArguments& arguments) {
  const auto admin = kafka::Admin::Make(ConnectionOf(arguments.kafka));
  if (!admin.ok()) return admin.status();
  std::vector<Outcome> outcomes;
  std::string different;
  for (const kafka::TopicToMake& wanted : TopicsOf(arguments)) {
    auto outcome = MakeOrCompare(**admin, wanted, TimeoutOf(context));
    if (!outcome.ok()) return outcome.status();
    if (!outcome->differences.empty()) different += (different.empty() ? "" : ", ") + outcome->topic;
    if (context.output != Output::kTable) Print(Json(*outcome) + "\n");
    outcomes.push_back(*std::move(outcome));
  }
  if (context.output == Output::kTable) Print(Describe(outcomes));
  if (different.empty()) return absl::OkStatus();
  return Refuse(Reason::TOPIC_UNSUITABLE, "there already, and left as they are: " + different);
}

}  // namespace

void AddKafkaTopics(CLI::App* noun, Context& context) {
  auto arguments = std::make_shared<TopicsArguments>();
  CLI::App* command = noun->add_subcommand("create-topics", "Make the topics as they must be, or say what is otherwise; changes none");
  AddKafkaOptions(command, arguments->kafka);
  command->add_option("--partitions", arguments->partitions, "As many as the cluster will have, for ever")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  command->add_option("--replication", arguments->replication, "Copies of each partition; default: the brokers' default")
      ->check(CLI::Range(1, 16));
  command->add_option("--prefix", arguments->prefix, "What their names begin with")->capture_default_str();
  OnRun(command, context, arguments, "guanxi kafka create-topics --partitions 8 --replication 3 --brokers k1:9092,k2:9092", RunCreate);
}

}  // namespace guanxi::cli
