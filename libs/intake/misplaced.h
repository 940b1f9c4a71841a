// Events that were written to another partition than their account's lie parked
// there (PARTITION_WRONG). This sends them to the right one, by the same id, and
// dismisses them where they lay. What it has done is in the logs: after a crash,
// or beside another node that does the same, an event is found as a duplicate.
//
// Left to an operator: submissions of nodes, which say more than an event, what was
// not kept whole because it may name persons, and what its own partition would park in
// its turn. That claims no id: each node would send it on, and it would be parked there
// as often. One thread.
#pragma once

#include <optional>
#include <vector>

#include "codec/event_decoder.h"
#include "partition/account_reader.h"
#include "partition/cluster.h"

namespace guanxi::intake {

class Misplaced {
 public:
  // The cluster outlives it.
  explicit Misplaced(partition::Cluster& cluster) : cluster_(cluster), looked_(cluster.partitions()) {}

  // Of each partition some of those not looked at yet; waits for their outcomes.
  // What was refused for a passing reason is taken up by the next call.
  void SendOn();

 private:
  struct Found {
    Position position;
    codec::Record event;
  };
  std::vector<Found> Find(PartitionId partition);
  std::optional<codec::Record> EventIn(store::LogReader& log, Position position);
  bool WouldBeTaken(const codec::Record& event, Timestamp recorded_at);
  bool IsHeldOtherwise(const partition::View& view, const codec::Record& event);
  void TakeUp(PartitionId partition, Position again);
  void SendOn(PartitionId partition);

  partition::Cluster& cluster_;
  codec::EventDecoder decoder_;
  std::vector<Position> looked_;  // by partition: positions below were dealt with
};

}  // namespace guanxi::intake
