// Events whose personal fields are in clear, from a topic that keeps them for a
// short time only: each is sealed, handed to the cluster as any client's, and
// left behind when its outcome is known. So nothing personal reaches the topic
// of events. One thread; one node only.
//
// Reading goes on at the offset that this group committed; a partition that the topic
// is given meanwhile is read from its beginning within seconds. What is read again
// after a crash is found as a duplicate. What cannot be read or sealed, or is larger
// than the log takes, goes to the topic of events without its value, with the reason
// in the header guanxi-refused, and is parked there: once, in one transaction with the
// offset. Key and headers go with it unless they take more than 16 KiB.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "intake/kafka_intake.h"
#include "kafka/connection.h"
#include "partition/cluster.h"
#include "privacy/key_store.h"

namespace guanxi::service {

class Ingress {
 public:
  struct Options {
    kafka::Connection connection;
    std::string topic;
    std::string events_topic;
    // For tests that end the process there: what was refused is with the brokers,
    // and not committed. guanxid sets none.
    std::function<void()> before_commit = [] {};
  };
  // Begins when the brokers answer and the cluster's intake has seen the past. Cluster, intake
  // and keys outlive it; destroying it waits for the outcomes of what it handed in, which a
  // stopped intake gives at once.
  Ingress(partition::Cluster& cluster, intake::KafkaIntake& kafka, privacy::KeyStore& keys, Options options);
  ~Ingress();
  // Does not wait; the destructor does. Thread-safe.
  void AskToStop();

  // OK: reading. TOPIC_UNSUITABLE: it keeps what names persons for longer than a week, or compacts it. SOURCE_TRUNCATED, until a restart:
  // the topic let go of events that were not read; reading goes on behind them. Thread-safe.
  absl::Status status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
