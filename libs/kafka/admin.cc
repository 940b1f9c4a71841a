#include "kafka/admin.h"

#include <utility>

#include "base/reason.h"
#include "kafka/handle.h"

namespace guanxi::kafka {
namespace {

using std::chrono::milliseconds;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Destroyer<rd_kafka_metadata_destroy>>;

struct Shape {
  uint32_t partitions = 0, replication = 0;
};

absl::StatusOr<Shape> ShapeOf(rd_kafka_t* handle, const std::string& topic, milliseconds timeout) {
  const Topic opened(rd_kafka_topic_new(handle, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  const auto error = rd_kafka_metadata(handle, 0, opened.get(), &raw, static_cast<int>(timeout.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, "asking for topic " + topic);
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return Refuse(Reason::TOPIC_MISSING, "there is no topic " + topic, {{"topic", topic}});
  if (metadata->topics[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(metadata->topics[0].err, "topic " + topic);
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  const int copies = found.partition_cnt == 0 ? 0 : found.partitions[0].replica_cnt;
  return Shape{static_cast<uint32_t>(found.partition_cnt), static_cast<uint32_t>(copies)};
}

absl::StatusOr<std::map<std::string, std::string>> SettingsOf(rd_kafka_t* handle, const std::string& topic, milliseconds timeout) {
  const Queue queue(rd_kafka_queue_new(handle));
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  rd_kafka_DescribeConfigs(handle, &asked, 1, nullptr, queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count())));
  if (event == nullptr) return StatusOf(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking for the settings of " + topic);
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return StatusOf(error, "asking for the settings of " + topic);
  size_t resources = 0, entries = 0;
  const auto** answered = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &resources);
  std::map<std::string, std::string> settings;
  if (resources != 1) return settings;
  if (const auto error = rd_kafka_ConfigResource_error(answered[0]); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return StatusOf(error, "asking for the settings of " + topic);
  const auto** const entry = rd_kafka_ConfigResource_configs(answered[0], &entries);
  for (size_t i = 0; i < entries; ++i) {
    const char* const value = rd_kafka_ConfigEntry_value(entry[i]);
    settings[rd_kafka_ConfigEntry_name(entry[i])] = value == nullptr ? "" : value;
  }
  return settings;
}

absl::Status ResultOf(rd_kafka_resp_err_t error, const std::string& what, const char* text) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return absl::AlreadyExistsError(what + ": there is one");
  return StatusOf(error, what, text == nullptr ? "" : text);
}

}  // namespace

struct Admin::Impl {
  // What the brokers say to a question about one topic; `topics` takes it out of the answer.
  template <class Topics>
  absl::Status Answer(rd_kafka_queue_t* queue, const std::string& what, milliseconds timeout, Topics topics) {
    const Event event(rd_kafka_queue_poll(queue, static_cast<int>(timeout.count())));
    if (event == nullptr) return StatusOf(RD_KAFKA_RESP_ERR__TIMED_OUT, what, handle->last_error());
    if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return ResultOf(error, what, rd_kafka_event_error_string(event.get()));
    size_t count = 0;
    const auto** const results = topics(event.get(), &count);
    if (count != 1) return StatusOf(RD_KAFKA_RESP_ERR__BAD_MSG, what);
    return ResultOf(rd_kafka_topic_result_error(results[0]), what, rd_kafka_topic_result_error_string(results[0]));
  }

  std::unique_ptr<Handle> handle;
};

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

absl::StatusOr<std::unique_ptr<Admin>> Admin::Make(const Connection& connection) {
  // Of the consumer's kind: a producer's questions may create the topic.
  auto handle = Handle::Make(RD_KAFKA_CONSUMER, connection, {{"group.id", "guanxi-admin"}, {"allow.auto.create.topics", "false"}});
  if (!handle.ok()) return handle.status();
  return std::unique_ptr<Admin>(new Admin(std::make_unique<Impl>(Impl{*std::move(handle)})));
}

absl::StatusOr<TopicDescription> Admin::Describe(const std::string& topic, milliseconds timeout) {
  rd_kafka_t* const handle = impl_->handle->get();
  TopicDescription description;
  const absl::StatusOr<Shape> shape = ShapeOf(handle, topic, timeout);
  if (!shape.ok()) {
    const std::string why = impl_->handle->last_error();
    if (ReasonOf(shape.status())->reason != Reason::SOURCE_UNAVAILABLE || why.empty()) return shape.status();
    return Refuse(Reason::SOURCE_UNAVAILABLE, why, MetadataOf(shape.status()));
  }
  description.partitions = shape->partitions;
  description.replication = shape->replication;
  char* const id = rd_kafka_clusterid(handle, static_cast<int>(timeout.count()));
  if (id == nullptr) return StatusOf(RD_KAFKA_RESP_ERR__TIMED_OUT, "asking for the cluster's id");
  description.cluster_id = id;
  rd_kafka_mem_free(handle, id);
  auto settings = SettingsOf(handle, topic, timeout);
  if (!settings.ok()) return settings.status();
  description.settings = *std::move(settings);
  return description;
}

absl::Status Admin::Create(const TopicToMake& topic, milliseconds timeout) {
  char text[512];
  const std::string what = "creating topic " + topic.name;
  const int replication = topic.replication == kBrokersReplication ? -1 : static_cast<int>(topic.replication);
  const NewTopic wanted(rd_kafka_NewTopic_new(topic.name.c_str(), static_cast<int>(topic.partitions), replication, text, sizeof text));
  if (wanted == nullptr) return absl::InvalidArgumentError(what + ": " + text);
  for (const auto& [key, value] : topic.settings) rd_kafka_NewTopic_set_config(wanted.get(), key.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(impl_->handle->get()));
  rd_kafka_NewTopic_t* asked = wanted.get();
  rd_kafka_CreateTopics(impl_->handle->get(), &asked, 1, nullptr, queue.get());
  return impl_->Answer(queue.get(), what, timeout, [](rd_kafka_event_t* event, size_t* count) {
    return rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), count);
  });
}

absl::Status Admin::Delete(const std::string& topic, milliseconds timeout) {
  const DeleteTopic wanted(rd_kafka_DeleteTopic_new(topic.c_str()));
  const Queue queue(rd_kafka_queue_new(impl_->handle->get()));
  rd_kafka_DeleteTopic_t* asked = wanted.get();
  rd_kafka_DeleteTopics(impl_->handle->get(), &asked, 1, nullptr, queue.get());
  return impl_->Answer(queue.get(), "deleting topic " + topic, timeout, [](rd_kafka_event_t* event, size_t* count) {
    return rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), count);
  });
}

}  // namespace guanxi::kafka
