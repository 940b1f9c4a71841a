// A topic of a real broker, and orders in it.
#pragma once

#include <cstdint>
#include <string>

#include "bench/guanxid.h"
#include "kafka/producer.h"

namespace guanxi::bench {

inline constexpr uint32_t kTopicPartitions = 4;

// A broker of its own with one topic, for as long as this lives.
class Topic {
 public:
  explicit Topic(const std::string& folder);
  ~Topic();
  const kafka::Connection& connection() const { return connection_; }
  const std::string& name() const { return name_; }
  // Another topic, empty, on the same broker.
  void Renew();
  // For a Guanxid that reads it.
  std::vector<std::string> DaemonOptions() const;

 private:
  int Tool(const std::string& words, const std::string& said) const;
  const std::string folder_;
  kafka::Connection connection_;
  std::string name_;
  int made_ = 0;
};

// The n-th order of a plan as `guanxi kafka produce` writes it: a CloudEvent in binary mode, the data protobuf.
class OrderWriter {
 public:
  OrderWriter(const Topic& topic, std::chrono::milliseconds linger);
  // Gives back its bytes. `done`: its delivery; may be empty.
  uint64_t Write(const EventPlan& plan, uint64_t n, const std::function<void(const kafka::Delivery&)>& done = nullptr);
  // Until all of them are acknowledged.
  void Flush();

 private:
  std::unique_ptr<kafka::Producer> producer_;
};

}  // namespace guanxi::bench
