// One record as it was read from a topic. Owns librdkafka's memory of it; the
// views point into that. Move-only; belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"

struct rd_kafka_message_s;

namespace guanxi::kafka {

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

class Message {
 public:
  Message() = default;
  // Takes what librdkafka handed out.
  explicit Message(rd_kafka_message_s* raw) : raw_(raw) {}
  ~Message() { Destroy(); }
  Message(Message&& other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
  Message& operator=(Message&& other) noexcept;

  uint64_t offset() const;
  // The broker's when the topic is set to LogAppendTime; whole milliseconds.
  Timestamp timestamp() const;
  bool has_broker_time() const;
  // nullopt: null, which is not the same as empty.
  std::optional<std::string_view> key() const;
  std::optional<std::string_view> value() const;
  // In the producer's order; a name may come more than once.
  std::vector<Header> headers() const;

 private:
  void Destroy();
  rd_kafka_message_s* raw_ = nullptr;
};

}  // namespace guanxi::kafka
