// What happens to accounts, told to Kafka: each row of the change feed
// (PREFIX.tier-changes), the latest state of each account (PREFIX.accounts,
// compacted), a reference to each parked record (PREFIX.parked). One thread; how
// far it is lies in PREFIX.progress, written in the transaction of the rows
// themselves and read back at the start, so that a reader of committed records
// has each row once, whatever was killed when.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "guanxid/commit_hub.h"
#include "kafka/connection.h"

namespace guanxi::service {

class DerivedTopics {
 public:
  // Of one transaction; what it tells is durable in the log before the first.
  enum class Moment {
    kRead,       // rows are there, nothing was sent
    kSent,       // all is with the brokers, and not committed
    kCommitted,  // and committed; nobody here knows yet
  };
  struct Options {
    kafka::Connection connection;
    std::string prefix;
    // Of whose log they tell: the cluster's topic of events.
    std::string events_topic;
    // For tests that end the process there. guanxid sets none.
    std::function<void(Moment)> at = [](Moment) {};
  };
  // Makes the topics that are missing, as soon as the brokers answer; those that are there must be
  // as it would make them (TOPIC_UNSUITABLE, also on standard error). Cluster and commits outlive it.
  DerivedTopics(partition::Cluster& cluster, CommitHub& commits, Options options);
  ~DerivedTopics();
  // Does not wait; the destructor does. Thread-safe.
  void AskToStop();

  // OK: telling. Thread-safe.
  absl::Status status() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
