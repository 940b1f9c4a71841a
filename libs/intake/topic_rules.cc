#include "intake/topic_rules.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
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

}  // namespace

std::map<std::string, std::string> EventsTopicSettings() {
  std::map<std::string, std::string> settings;
  for (const auto& required : kRequired) settings[required.setting] = required.wanted;
  settings["retention.ms"] = "-1";
  settings["retention.bytes"] = "-1";
  settings["max.message.bytes"] = std::to_string(kRecordBytesMax);
  return settings;
}

absl::Status CheckEventsTopic(const std::string& topic, const kafka::TopicDescription& description) {
  for (const auto& required : kRequired) {
    const auto it = description.settings.find(required.setting);
    const std::string value = it == description.settings.end() ? "" : it->second;
    if (value == required.wanted) continue;
    return Refuse(Reason::TOPIC_UNSUITABLE, absl::StrCat(topic, ": ", required.setting, " is ", value, ", not ", required.wanted),
                  {{"topic", topic}, {"setting", required.setting}, {"value", value}, {"wanted", required.wanted}});
  }
  return absl::OkStatus();
}

std::string WhatIsTooLargeFor(const std::string& topic, const kafka::TopicDescription& description) {
  const auto it = description.settings.find("max.message.bytes");
  uint64_t bytes = 0;
  if (it == description.settings.end() || !absl::SimpleAtoi(it->second, &bytes) || bytes >= kRecordBytesMax) return "";
  return absl::StrCat(topic, ": max.message.bytes is ", bytes, ", ", kRecordBytesMax,
                      " takes every call: larger events and batches are refused (EVENT_TOO_LARGE)");
}

std::string IdentityOf(const std::string& cluster_id, const std::string& topic, uint32_t partition) {
  return cluster_id + "/" + topic + "/" + std::to_string(partition);
}

}  // namespace guanxi::intake
