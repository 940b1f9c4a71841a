#include "kafka/message.h"

#include <utility>

#include "kafka/handle.h"

namespace guanxi::kafka {
namespace {

constexpr int64_t kMicrosPerMilli = 1000;

std::optional<std::string_view> Bytes(const void* bytes, size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string_view(static_cast<const char*>(bytes), size);
}

}  // namespace

void Message::Destroy() {
  if (raw_ != nullptr) rd_kafka_message_destroy(raw_);
}

Message& Message::operator=(Message&& other) noexcept {
  std::swap(raw_, other.raw_);
  return *this;
}

uint64_t Message::offset() const { return static_cast<uint64_t>(raw_->offset); }

Timestamp Message::timestamp() const {
  rd_kafka_timestamp_type_t type;
  return {rd_kafka_message_timestamp(raw_, &type) * kMicrosPerMilli};
}

bool Message::has_broker_time() const {
  rd_kafka_timestamp_type_t type;
  rd_kafka_message_timestamp(raw_, &type);
  return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
}

std::optional<std::string_view> Message::key() const { return Bytes(raw_->key, raw_->key_len); }
std::optional<std::string_view> Message::value() const { return Bytes(raw_->payload, raw_->len); }

std::vector<Header> Message::headers() const {
  std::vector<Header> result;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(raw_, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return result;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i)
    result.push_back({name, Bytes(value, size)});
  return result;
}

}  // namespace guanxi::kafka
