#include "kafka/consumer.h"

#include <cerrno>
#include <utility>

#include "base/reason.h"
#include "kafka/handle.h"

namespace guanxi::kafka {
namespace {

Handle::Settings SettingsOf(const Consumer::Options& options) {
  const std::string queue = std::to_string(options.queue_kib);
  return {{"group.id", options.group},           {"enable.auto.commit", "false"},
          {"isolation.level", "read_committed"}, {"check.crcs", "true"},
          {"enable.partition.eof", "true"},      {"auto.offset.reset", "error"},
          {"allow.auto.create.topics", "false"}, {"queued.min.messages", "1000000"},
          {"queued.max.messages.kbytes", queue}, {"fetch.wait.max.ms", "100"},
          {"fetch.error.backoff.ms", "100"}};
}

}  // namespace

struct Consumer::Impl {
  explicit Impl(Options o) : options(std::move(o)) {}

  // Of the partitions [first, first + count). Not rd_kafka_query_watermark_offsets: that
  // waits without end for a leader that is away.
  absl::StatusOr<std::vector<uint64_t>> QueryOffsets(uint32_t first, uint32_t count, int64_t which,
                                                     std::chrono::milliseconds timeout) const {
    const List list(rd_kafka_topic_partition_list_new(static_cast<int>(count)));
    for (uint32_t p = first; p < first + count; ++p)
      rd_kafka_topic_partition_list_add(list.get(), options.topic.c_str(), static_cast<int32_t>(p))->offset = which;
    auto error = rd_kafka_offsets_for_times(handle->get(), list.get(), static_cast<int>(timeout.count()));
    std::vector<uint64_t> offsets;
    for (int i = 0; i < list->cnt; ++i) {
      if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = list->elems[i].err;
      offsets.push_back(static_cast<uint64_t>(list->elems[i].offset));
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, "asking for the offsets of " + options.topic);
    return offsets;
  }

  Options options;
  std::unique_ptr<Handle> handle;
  Topic topic;
};

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::~Consumer() = default;

absl::StatusOr<std::unique_ptr<Consumer>> Consumer::Make(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  auto handle = Handle::Make(RD_KAFKA_CONSUMER, impl->options.connection, SettingsOf(impl->options));
  if (!handle.ok()) return handle.status();
  impl->handle = *std::move(handle);
  impl->topic.reset(rd_kafka_topic_new(impl->handle->get(), impl->options.topic.c_str(), nullptr));
  if (impl->topic == nullptr) return StatusOf(rd_kafka_last_error(), "opening topic " + impl->options.topic);
  return std::unique_ptr<Consumer>(new Consumer(std::move(impl)));
}

absl::Status Consumer::Start(uint32_t partition, uint64_t offset) {
  if (rd_kafka_consume_start(impl_->topic.get(), static_cast<int32_t>(partition), static_cast<int64_t>(offset)) == 0)
    return absl::OkStatus();
  return StatusOf(rd_kafka_last_error(), "reading partition " + std::to_string(partition));
}

void Consumer::Stop(uint32_t partition) { rd_kafka_consume_stop(impl_->topic.get(), static_cast<int32_t>(partition)); }

Polled Consumer::Poll(uint32_t partition, std::chrono::milliseconds timeout) {
  rd_kafka_message_t* const raw = rd_kafka_consume(impl_->topic.get(), static_cast<int32_t>(partition), static_cast<int>(timeout.count()));
  Polled polled;
  if (raw == nullptr) return polled;
  Message message(raw);
  switch (raw->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      polled.kind = Polled::Kind::kMessage;
      polled.message = std::move(message);
      return polled;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      polled.kind = Polled::Kind::kEnd;
      polled.offset = message.offset();
      return polled;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      polled.kind = Polled::Kind::kOutOfRange;
      break;
    default:
      polled.kind = Polled::Kind::kFailed;
  }
  const char* const text = rd_kafka_message_errstr(raw);
  polled.status = StatusOf(raw->err, "reading partition " + std::to_string(partition), text == nullptr ? "" : text);
  return polled;
}

absl::StatusOr<Watermarks> Consumer::QueryWatermarks(uint32_t partition, std::chrono::milliseconds timeout) const {
  const auto begin = impl_->QueryOffsets(partition, 1, RD_KAFKA_OFFSET_BEGINNING, timeout);
  if (!begin.ok()) return begin.status();
  const auto end = impl_->QueryOffsets(partition, 1, RD_KAFKA_OFFSET_END, timeout);
  if (!end.ok()) return end.status();
  return Watermarks{begin->front(), end->front()};
}

absl::StatusOr<std::vector<uint64_t>> Consumer::QueryEnds(uint32_t count, std::chrono::milliseconds timeout) const {
  return impl_->QueryOffsets(0, count, RD_KAFKA_OFFSET_END, timeout);
}

void Consumer::ShowApplied(const std::vector<uint64_t>& next_offsets) {
  const List list = OffsetsOf(impl_->options.topic, next_offsets);
  rd_kafka_commit(impl_->handle->get(), list.get(), 1);
}

absl::StatusOr<std::vector<std::optional<uint64_t>>> Consumer::QueryShown(uint32_t count, std::chrono::milliseconds timeout) const {
  const List list(rd_kafka_topic_partition_list_new(static_cast<int>(count)));
  for (uint32_t p = 0; p < count; ++p) rd_kafka_topic_partition_list_add(list.get(), impl_->options.topic.c_str(), static_cast<int32_t>(p));
  const auto error = rd_kafka_committed(impl_->handle->get(), list.get(), static_cast<int>(timeout.count()));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, "asking for the group's offsets of " + impl_->options.topic);
  std::vector<std::optional<uint64_t>> shown;
  for (int i = 0; i < list->cnt; ++i) {
    if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(list->elems[i].err, "the group's offsets");
    const int64_t offset = list->elems[i].offset;
    shown.push_back(offset < 0 ? std::nullopt : std::optional(static_cast<uint64_t>(offset)));
  }
  return shown;
}

bool Consumer::AnyBrokerAnswers(std::chrono::milliseconds timeout) const {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(impl_->handle->get(), 0, impl_->topic.get(), &metadata, static_cast<int>(timeout.count()));
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string Consumer::last_error() const { return impl_->handle->last_error(); }

}  // namespace guanxi::kafka
