#include "intake/topic_rules.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/reason.h"

namespace guanxi::intake {
namespace {

// recorded_at is the broker's time; records are never removed one by one, nor
// lost with a leader that had not copied them.
constexpr struct {
  const char* setting;
  const char* wanted;
} kRequired[] = {
    {"message.timestamp.type", "LogAppendTime"},
    {"cleanup.policy", "delete"},
    {"unclean.leader.election.enable", "false"},
};

std::string ValueOf(const std::string& setting, const kafka::TopicDescription& description) {
  const auto it = description.settings.find(setting);
  return it == description.settings.end() ? "" : it->second;
}

absl::Status Unsuitable(const std::string& topic, const std::string& setting, const std::string& value, const std::string& wanted) {
  return Refuse(Reason::TOPIC_UNSUITABLE, absl::StrCat(topic, ": ", setting, " is ", value, ", not ", wanted),
                {{"topic", topic}, {"setting", setting}, {"value", value}, {"wanted", wanted}});
}

}  // namespace

std::map<std::string, std::string> EventsTopicSettings() {
  std::map<std::string, std::string> settings;
  for (const auto& required : kRequired) settings[required.setting] = required.wanted;
  settings["retention.ms"] = "-1";
  settings["retention.bytes"] = "-1";
  settings["max.message.bytes"] = std::to_string(kRecordBytesMax);
  return settings;
}

std::map<std::string, std::string> KeptTopicSettings(std::string cleanup_policy) {
  return {{"cleanup.policy", std::move(cleanup_policy)},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"unclean.leader.election.enable", "false"}};
}

std::vector<std::string> DifferencesOf(const kafka::TopicToMake& wanted, const kafka::TopicDescription& found) {
  std::vector<std::string> differences;
  if (found.partitions != wanted.partitions)
    differences.push_back("partitions are " + std::to_string(found.partitions) + ", asked for are " + std::to_string(wanted.partitions));
  const bool copies_differ = wanted.replication != kafka::kBrokersReplication && found.replication != wanted.replication;
  if (copies_differ) differences.push_back(absl::StrCat("replication is ", found.replication, ", asked for is ", wanted.replication));
  for (const auto& [setting, value] : wanted.settings) {
    // With fewer copies than asked for, nothing could be written any more.
    if (copies_differ && setting == "min.insync.replicas") continue;
    const std::string is = ValueOf(setting, found);
    if (is != value) differences.push_back(absl::StrCat(setting, " is ", is, ", must be ", value));
  }
  return differences;
}

absl::Status CheckAsMade(const kafka::TopicToMake& wanted, const kafka::TopicDescription& found) {
  const std::string differences = absl::StrJoin(DifferencesOf(wanted, found), ", ");
  if (differences.empty()) return absl::OkStatus();
  return Refuse(Reason::TOPIC_UNSUITABLE, absl::StrCat(wanted.name, ": ", differences),
                {{"topic", wanted.name}, {"differences", differences}});
}

absl::Status CheckEventsTopic(const std::string& topic, const kafka::TopicDescription& description) {
  for (const auto& required : kRequired) {
    const std::string value = ValueOf(required.setting, description);
    if (value != required.wanted) return Unsuitable(topic, required.setting, value, required.wanted);
  }
  return absl::OkStatus();
}

absl::Status CheckIngressTopic(const std::string& topic, const kafka::TopicDescription& description) {
  const std::string policy = ValueOf("cleanup.policy", description), kept = ValueOf("retention.ms", description);
  if (policy != "delete") return Unsuitable(topic, "cleanup.policy", policy, "delete");
  int64_t ms = -1;
  const bool is_short = absl::SimpleAtoi(kept, &ms) && ms >= 0 && ms <= kIngressRetentionMaxMs;
  return is_short ? absl::OkStatus() : Unsuitable(topic, "retention.ms", kept, absl::StrCat("at most ", kIngressRetentionMaxMs));
}

std::string WhatIsTooLargeFor(const std::string& topic, const kafka::TopicDescription& description) {
  uint64_t bytes = 0;
  if (!absl::SimpleAtoi(ValueOf("max.message.bytes", description), &bytes) || bytes >= kRecordBytesMax) return "";
  return absl::StrCat(topic, ": max.message.bytes is ", bytes, ", ", kRecordBytesMax,
                      " takes every call: larger events and batches are refused (EVENT_TOO_LARGE)");
}

std::string IdentityOf(const std::string& cluster_id, const std::string& topic, uint32_t partition) {
  return cluster_id + "/" + topic + "/" + std::to_string(partition);
}

}  // namespace guanxi::intake
