// Derived topics, with the process killed between the commit of the log and that
// of the transaction, and between that and whatever would come after it: a reader
// of committed records has each row once.
#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>

#include "guanxid/derived_topics.h"
#include "kafka/consumer.h"
#include "partition/partitioner.h"
#include "relations/policy.h"
#include "support/kafka_node.h"
#include "support/own_process.h"

using namespace guanxi;
using namespace guanxi::test;
using service::DerivedTopics;
using Moment = service::DerivedTopics::Moment;

namespace {

constexpr uint32_t kPartitions = 2;

// What a case and the processes that it has killed share.
struct Scene {
  std::string topic, directory;
  std::string prefix() const { return topic + ".out"; }
  KafkaNode::Options options() const { return {.partitions = kPartitions, .directory = directory}; }
};

// Orders of new accounts, which move their tiers, and for each partition a record that is parked.
void Write(const Scene& scene) {
  static int written = 0;
  TopicWriter writer(scene.topic);
  const std::string round = std::to_string(getpid()) + "-" + std::to_string(++written);
  for (int i = 0; i < 32; ++i) {
    const std::string number = std::to_string(i / 8), day = "2024-0" + std::to_string(i / 8 + 1) + "-10";
    codec::Record order = Order("account-" + round + "-" + std::to_string(i % 8), "o-" + number, day, 60'000);
    const uint32_t p = partition::PartitionOf(order.account_id, kPartitions).value;
    writer.Queue(p, SubmissionOf(std::move(order)));
  }
  writer.Flush();
  for (uint32_t p = 0; p < kPartitions; ++p) writer.Write({p, "nobody", "{}", {}});
}

// How often each row is in a derived topic, by what tells it from others.
std::map<std::string, int> Committed(const Scene& scene, const std::string& name,
                                     const std::function<std::string(const kafka::Message&)>& row) {
  std::map<std::string, int> rows;
  const auto consumer = kafka::Consumer::Make({{Brokers(), {}}, scene.prefix() + "." + name, "derived-crash"}).value();
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const auto marks = consumer->QueryWatermarks(p, std::chrono::seconds(60));
    if (!marks.ok() || marks->end == 0) continue;
    BOOST_REQUIRE(consumer->Start(p, 0).ok());
    const bool read = Eventually([&] {
      const kafka::Polled polled = consumer->Poll(p, std::chrono::milliseconds(100));
      if (polled.kind == kafka::Polled::Kind::kMessage) ++rows[row(polled.message)];
      return polled.kind == kafka::Polled::Kind::kEnd && polled.offset >= marks->end;
    });
    consumer->Stop(p);
    BOOST_REQUIRE(read);
  }
  return rows;
}

std::map<std::string, int> Parked(const Scene& scene) {
  return Committed(scene, "parked", [](const kafka::Message& message) { return std::string(message.key().value_or("")); });
}
std::map<std::string, int> TierChanges(const Scene& scene) {
  return Committed(scene, "tier-changes", [](const kafka::Message& message) { return std::string(message.value().value_or("")); });
}

bool EachOnce(const std::map<std::string, int>& rows) {
  return std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.second == 1; });
}

const OwnProcess tells_until_it_is_killed([] {
  const Scene scene{std::getenv("TEST_TOPIC"), std::getenv("TEST_DIRECTORY")};
  const auto fatal = static_cast<Moment>(std::atoi(std::getenv("TEST_MOMENT")));
  int passes_left = std::atoi(std::getenv("TEST_PASS"));
  std::atomic<int> reads{0};
  const auto at = [&](Moment moment) {
    if (moment == Moment::kRead) ++reads;
    if (moment == fatal && --passes_left == 0) kill(getpid(), SIGKILL);
  };
  KafkaNode node(scene.topic, scene.options());
  service::CommitHub commits(node.cluster());
  const DerivedTopics derived(node.cluster(), commits, {{Brokers(), {}}, scene.prefix(), scene.topic, at});
  for (bool told = true; told;) {
    const int before = reads;
    Write(scene);
    told = Eventually([&] { return reads > before; });
  }
});

// A node that tells, until it is killed at the `pass`th time that it comes to the moment.
bool IsKilledAt(const Scene& scene, Moment moment, int pass) {
  return tells_until_it_is_killed.IsKilled({{"TEST_TOPIC", scene.topic},
                                            {"TEST_DIRECTORY", scene.directory},
                                            {"TEST_MOMENT", std::to_string(static_cast<int>(moment))},
                                            {"TEST_PASS", std::to_string(pass)}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(each_row_is_told_once_whether_the_log_or_the_transaction_was_committed_last) {
  TemporaryDirectory directory;
  const Scene scene{MakeTopic(kPartitions), directory.path() + "/data"};
  {
    KafkaNode node(scene.topic, scene.options());
    const auto adopted = node.cluster().AdoptPolicy(std::string(relations::TransactionalPolicyToml()), At("2020-01-01"), "urn:test", "");
    BOOST_REQUIRE_MESSAGE(adopted.ok(), adopted.status().message());
  }
  for (const Moment moment : {Moment::kRead, Moment::kSent, Moment::kCommitted}) {
    for (const int pass : {1, 2}) {
      BOOST_TEST_CONTEXT("moment " << static_cast<int>(moment) << ", pass " << pass) { BOOST_REQUIRE(IsKilledAt(scene, moment, pass)); }
    }
  }
  KafkaNode node(scene.topic, scene.options());
  service::CommitHub commits(node.cluster());
  const DerivedTopics derived(node.cluster(), commits, {{Brokers(), {}}, scene.prefix(), scene.topic});
  // The rows of this are the last: what is told twice was told before them.
  Write(scene);
  BOOST_REQUIRE(node.CatchUp());
  uint64_t parked = 0, changes = 0;
  for (uint32_t p = 0; p < kPartitions; ++p) {
    const partition::ViewPtr view = node.cluster().ViewOf(PartitionId(p));
    parked += partition::ReadCounter(*view, "parked").value();
    changes += view->feed_size;
  }
  BOOST_TEST(changes > 0u);
  BOOST_REQUIRE(Eventually([&] { return Parked(scene).size() == parked && TierChanges(scene).size() == changes; }));
  BOOST_TEST(EachOnce(Parked(scene)));
  BOOST_TEST(EachOnce(TierChanges(scene)));
}
