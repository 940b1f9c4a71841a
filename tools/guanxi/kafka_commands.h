// What the commands of `guanxi kafka` have in common: how to reach the brokers. The other nouns never do.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kafka/admin.h"
#include "kafka/connection.h"
#include "tools/guanxi/context.h"

namespace guanxi::cli {

struct KafkaArguments {
  std::string brokers = "127.0.0.1:9092";
  std::string topic = "guanxi.events";
  std::vector<std::string> properties;  // "key=value", librdkafka's
};

void AddKafkaOptions(CLI::App* command, KafkaArguments& arguments);
kafka::Connection ConnectionOf(const KafkaArguments& arguments);
std::chrono::milliseconds TimeoutOf(const Context& context);

void AddKafkaProduce(CLI::App* noun, Context& context);
void AddKafkaTopics(CLI::App* noun, Context& context);

}  // namespace guanxi::cli
