// How the events topic must be set up for a log to be made from it, and others for
// nothing to be lost in them. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kafka/admin.h"

namespace guanxi::intake {

// More than a call may append.
inline constexpr size_t kRecordBytesMax = size_t{10} << 20;

// What `guanxi kafka create-topics` makes it with.
std::map<std::string, std::string> EventsTopicSettings();

// TOPIC_UNSUITABLE names the setting (metadata `setting`, `value`, `wanted`).
absl::Status CheckEventsTopic(const std::string& topic, const kafka::TopicDescription& description);

// Longer than this no topic may keep what names persons in clear.
inline constexpr int64_t kIngressRetentionMaxMs = int64_t{7} * 86'400'000;
// TOPIC_UNSUITABLE names the setting, as above: one that keeps its records for longer, or for ever.
absl::Status CheckIngressTopic(const std::string& topic, const kafka::TopicDescription& description);

// A line for the log when the topic takes no records as large as a call may append; empty when
// it does. Such a topic suits: what it does not take is refused, EVENT_TOO_LARGE.
std::string WhatIsTooLargeFor(const std::string& topic, const kafka::TopicDescription& description);

// Of a topic that nothing leaves by its age or the topic's size. `cleanup_policy`: "delete" or "compact".
std::map<std::string, std::string> KeptTopicSettings(std::string cleanup_policy);
// In words, such as "retention.ms is 604800000, must be -1". Of what was not asked for nothing is said.
std::vector<std::string> DifferencesOf(const kafka::TopicToMake& wanted, const kafka::TopicDescription& found);
// TOPIC_UNSUITABLE names the topic and the differences.
absl::Status CheckAsMade(const kafka::TopicToMake& wanted, const kafka::TopicDescription& found);

// "cluster id/topic/partition": SourceProgress::identity.
std::string IdentityOf(const std::string& cluster_id, const std::string& topic, uint32_t partition);

}  // namespace guanxi::intake
