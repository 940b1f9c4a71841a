// What every handler works with. Owned by main; outlives the gRPC server.
#pragma once

#include "guanxid/commit_hub.h"
#include "guanxid/fresh_reads.h"
#include "guanxid/metrics.h"
#include "guanxid/recent_events.h"
#include "guanxid/tail_hub.h"
#include "guanxid/workers.h"
#include "intake/kafka_intake.h"
#include "partition/cluster.h"
#include "privacy/key_store.h"

namespace guanxi::service {

struct Node {
  partition::Cluster& cluster;
  privacy::KeyStore& keys;
  Metrics& metrics;
  CommitHub& commits;
  Workers& workers;
  Workers& rebuilds;  // theirs takes minutes: none of those that answer
  FreshReads& reads;
  TailHub& tails;
  RecentEvents& recent;
  intake::KafkaIntake* kafka;  // nullptr: embedded
};

}  // namespace guanxi::service
