// librdkafka's mock of brokers: at once, in this process, erring to order. No Java.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <vector>

#include "kafka/connection.h"

namespace guanxi::test {

// Three brokers; the topic's partitions have a copy on each, and the first leads.
class MockKafka {
 public:
  static constexpr char kTopic[] = "events";

  explicit MockKafka(int partitions = 1) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    mock_ = rd_kafka_mock_cluster_new(handle_, 3);
    rd_kafka_mock_topic_create(mock_, kTopic, partitions, 3);
    for (int p = 0; p < partitions; ++p) rd_kafka_mock_partition_set_leader(mock_, kTopic, p, 1);
  }
  ~MockKafka() {
    rd_kafka_mock_cluster_destroy(mock_);
    rd_kafka_destroy(handle_);
  }
  MockKafka(const MockKafka&) = delete;
  MockKafka& operator=(const MockKafka&) = delete;

  kafka::Connection connection() const { return {rd_kafka_mock_cluster_bootstraps(mock_), {}}; }
  void LeadBy(int broker) { rd_kafka_mock_partition_set_leader(mock_, kTopic, 0, broker); }
  void Down(int broker) { rd_kafka_mock_broker_set_down(mock_, broker); }
  void Up(int broker) { rd_kafka_mock_broker_set_up(mock_, broker); }
  // Each answer takes so long.
  void Slow(int milliseconds) {
    for (int broker = 1; broker <= 3; ++broker) rd_kafka_mock_broker_set_rtt(mock_, broker, milliseconds);
  }
  // To the next requests of that kind.
  void Answer(int16_t request, std::vector<rd_kafka_resp_err_t> errors) {
    rd_kafka_mock_push_request_errors_array(mock_, request, errors.size(), errors.data());
  }

 private:
  rd_kafka_t* handle_;
  rd_kafka_mock_cluster_t* mock_;
};

}  // namespace guanxi::test
