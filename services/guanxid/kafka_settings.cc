#include "guanxid/kafka_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/reason.h"
#include "codec/admission.h"
#include "intake/topic_rules.h"

namespace guanxi::service {
namespace {

// Ours, and what librdkafka calls it.
constexpr struct {
  const char* setting;
  const char* property;
} kPassedOn[] = {{"kafka_security_protocol", "security.protocol"}, {"kafka_sasl_mechanism", "sasl.mechanism"},
                 {"kafka_sasl_username", "sasl.username"},         {"kafka_ssl_ca", "ssl.ca.location"},
                 {"kafka_ssl_cert", "ssl.certificate.location"},   {"kafka_ssl_key", "ssl.key.location"}};

constexpr std::chrono::milliseconds kAskOnceMin{100}, kAskOnceMax{2'000};

// FNV-1a: the same on all nodes, in every version.
std::string EpochOf(const std::string& cluster_id, const std::string& topic) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : fmt::format("{}/{}", cluster_id, topic)) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

// What decides over the log is the same on every node. Keys of persons are not:
// sealed parts cannot be compared, only what is beside them.
void MakeDeterministic(partition::ClusterOptions& options) {
  options.admission = codec::AdmissionLevels();
  options.same_sealed_body = [](const codec::RecordView& stored, const codec::RecordView& offered) {
    return stored.payload == offered.payload && stored.sealed.size() == offered.sealed.size();
  };
}

// guanxid blocks these before it starts and waits for them once it has started.
bool IsAskedToStop() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

bool IsAway(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason != nullptr && reason->reason == Reason::SOURCE_UNAVAILABLE;
}

// A long wait is many short ones: the start can be given up.
absl::StatusOr<kafka::TopicDescription> AwaitTopic(intake::KafkaIntake& kafka, std::chrono::seconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    auto topic = kafka.Describe(std::clamp(left, kAskOnceMin, kAskOnceMax));
    if (IsAskedToStop()) return Refuse(Reason::SHUTTING_DOWN, "asked to stop before the brokers answered");
    if (!IsAway(topic.status()) || left <= kAskOnceMax) return topic;
  }
}

// A directory keeps its number for ever: a wrong one is not made.
absl::Status CheckPartitions(const Config& config, const kafka::TopicDescription& topic) {
  const auto asked = config.Number("partitions");
  if (!config.IsGiven("partitions") || asked == static_cast<int64_t>(topic.partitions)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("partitions is {}, and {} has {}: leave it out, or correct kafka_topic; no directory was made", asked,
                  config.Text("kafka_topic"), topic.partitions));
}

}  // namespace

absl::StatusOr<intake::KafkaIntakeOptions> KafkaOptionsOf(const Config& config) {
  intake::KafkaIntakeOptions options;
  options.connection.brokers = config.Text("kafka_brokers");
  options.topic = config.Text("kafka_topic");
  options.group = config.Text("kafka_group");
  options.pending_events_max = static_cast<size_t>(config.Number("queue_events"));
  for (const auto& passed : kPassedOn)
    if (!config.Text(passed.setting).empty()) options.connection.properties[passed.property] = config.Text(passed.setting);
  const std::string& file = config.Text("kafka_sasl_password_file");
  if (file.empty()) return options;
  std::string password;
  std::ifstream in(file);
  if (!std::getline(in, password) || password.empty())
    return absl::InvalidArgumentError("kafka_sasl_password_file: cannot read a password from " + file);
  options.connection.properties["sasl.password"] = password;
  return options;
}

absl::StatusOr<std::unique_ptr<intake::KafkaIntake>> OpenKafka(const Config& config, partition::ClusterOptions& options) {
  absl::StatusOr<intake::KafkaIntakeOptions> wanted = KafkaOptionsOf(config);
  if (!wanted.ok()) return wanted.status();
  absl::StatusOr<std::unique_ptr<intake::KafkaIntake>> opened = intake::KafkaIntake::Open(*std::move(wanted));
  if (!opened.ok()) return opened;
  const auto topic = AwaitTopic(**opened, std::chrono::seconds(config.Number("kafka_start_seconds")));
  if (ReasonOf(topic.status()) != nullptr && ReasonOf(topic.status())->reason == Reason::SHUTTING_DOWN) return topic.status();
  const bool is_new = !std::filesystem::exists(std::filesystem::path(options.data_directory) / "FORMAT");
  if (!topic.ok() && is_new) return topic.status();
  if (topic.ok() && is_new)
    if (absl::Status fits = CheckPartitions(config, *topic); !fits.ok()) return fits;
  MakeDeterministic(options);
  options.intake = opened->get();
  if (!topic.ok()) return opened;
  if (const std::string warning = intake::WhatIsTooLargeFor(config.Text("kafka_topic"), *topic); !warning.empty())
    std::fprintf(stderr, "kafka: %s\n", warning.c_str());
  if (!config.IsGiven("partitions")) options.settings.partitions = topic->partitions;
  options.settings.log_epoch = EpochOf(topic->cluster_id, config.Text("kafka_topic"));
  return opened;
}

}  // namespace guanxi::service
