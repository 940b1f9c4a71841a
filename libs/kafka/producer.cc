#include "kafka/producer.h"

#include <mutex>
#include <utility>

#include "base/reason.h"
#include "kafka/handle.h"
#include "kafka/outgoing.h"

namespace guanxi::kafka {
namespace {

constexpr std::chrono::milliseconds kCloseMax{5'000};

using Done = std::function<void(const Delivery&)>;

Handle::Settings SettingsOf(const Producer::Options& options) {
  return {{"enable.idempotence", "true"},
          {"acks", "all"},
          {"linger.ms", std::to_string(options.linger.count())},
          {"delivery.timeout.ms", std::to_string(options.delivery_timeout.count())},
          {"queue.buffering.max.kbytes", std::to_string(options.buffer_kib)},
          {"compression.type", options.compression},
          {"partitioner", "murmur2_random"},
          // The topic's own limit decides.
          {"message.max.bytes", "33554432"}};
}

absl::Status OutcomeOf(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const std::string error = rd_kafka_err2name(message.err);
  if (message.err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || message.err == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE)
    return Refuse(Reason::EVENT_TOO_LARGE, "the topic does not take a record of this size", {{"error", error}});
  if (rd_kafka_message_status(&message) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED) return StatusOf(message.err, "producing");
  return Refuse(Reason::OUTCOME_UNKNOWN, "Kafka did not say whether it stored the record: " + error, {{"error", error}});
}

void Deliver(const rd_kafka_message_t& message) {
  const std::unique_ptr<Done> done(static_cast<Done*>(message._private));
  if (done == nullptr || *done == nullptr) return;
  (*done)({OutcomeOf(message), static_cast<uint32_t>(message.partition), static_cast<uint64_t>(message.offset)});
}

struct CloseTopic {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};

}  // namespace

struct Producer::Impl {
  std::string topic;
  std::unique_ptr<Handle> handle;
  std::once_flag prepared;
  std::unique_ptr<rd_kafka_topic_t, CloseTopic> open;
};

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Producer::~Producer() {
  if (Flush(kCloseMax)) return;
  rd_kafka_purge(impl_->handle->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  Flush(kCloseMax);
}

absl::StatusOr<std::unique_ptr<Producer>> Producer::Make(const Options& options) {
  auto impl = std::make_unique<Impl>();
  impl->topic = options.topic;
  auto handle = Handle::Make(RD_KAFKA_PRODUCER, options.connection, SettingsOf(options), Deliver);
  if (!handle.ok()) return handle.status();
  impl->handle = *std::move(handle);
  return std::unique_ptr<Producer>(new Producer(std::move(impl)));
}

void Producer::Prepare() {
  std::call_once(impl_->prepared, [this] { impl_->open.reset(rd_kafka_topic_new(impl_->handle->get(), impl_->topic.c_str(), nullptr)); });
}

absl::Status Producer::Send(const OutgoingRecord& record, std::function<void(const Delivery&)> done) {
  auto waiting = std::make_unique<Done>(std::move(done));
  const auto error = Produce(impl_->handle->get(), impl_->topic, record, waiting.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<void>(waiting.release());  // Deliver's now
    return absl::OkStatus();
  }
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    return Refuse(Reason::OVERLOADED, "too much waits for the brokers", {{"retry_after_ms", "100"}});
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    return Refuse(Reason::EVENT_TOO_LARGE, "a record of this size cannot be sent", {{"bytes", std::to_string(record.value.size())}});
  return StatusOf(error, "producing to " + impl_->topic);
}

bool Producer::Flush(std::chrono::milliseconds timeout) {
  return rd_kafka_flush(impl_->handle->get(), static_cast<int>(timeout.count())) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool Producer::failed_for_good() const { return impl_->handle->failed_for_good(); }

}  // namespace guanxi::kafka
