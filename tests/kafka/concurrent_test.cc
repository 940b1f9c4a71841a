// Nodes that read a topic while many threads write to it, ask and stop them.
// Against librdkafka's mock of brokers, so that it runs under ThreadSanitizer.
#include <atomic>
#include <boost/test/unit_test.hpp>

#include "support/at_once.h"
#include "support/kafka_node.h"
#include "support/mock_kafka.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr uint32_t kPartitions = 2;  // mock_topics.cc says so
constexpr int kWriters = 4;
constexpr int kOrdersEach = 60;
constexpr int kAccounts = 5;

std::string Account(int number) { return "account-" + std::to_string(number % kAccounts); }

codec::Record OrderOf(int writer, int number) {
  return Order(Account(number), std::to_string(writer) + "-" + std::to_string(number), "2024-03-01", 1 + number);
}

KafkaNode::Options By(const MockKafka& brokers) {
  return {.partitions = kPartitions,
          .adjust = [](partition::ClusterOptions& cluster) { cluster.checkpoint_records_max = 50; },
          .brokers = brokers.connection().brokers};
}

void WriteOrders(KafkaNode& node, int writer) {
  for (int i = 0; i < kOrdersEach; ++i) {
    const auto outcome = node.Append(OrderOf(writer, i));
    Must(outcome.status.ok(), std::string(outcome.status.message()));
  }
}

void AskOn(KafkaNode& node, const std::atomic<bool>& written) {
  uint64_t before = 0;
  while (!written) {
    Must(node.CatchUp(), "a node did not catch up");
    uint64_t applied = 0;
    for (uint32_t p = 0; p < kPartitions; ++p) applied += node.kafka().StatusOf(PartitionId(p)).applied_offset;
    Must(applied >= before, "a node went back");
    before = applied;
    (void)node.StateOf(Account(0));
  }
}

uint64_t Records(KafkaNode& node) {
  uint64_t records = 0;
  for (uint32_t p = 0; p < kPartitions; ++p) records += node.cluster().ViewOf(PartitionId(p))->log_size;
  return records;
}

}  // namespace

BOOST_AUTO_TEST_CASE(two_nodes_that_many_threads_write_to_have_one_log) {
  const MockKafka brokers(kPartitions);
  KafkaNode one(MockKafka::kTopic, By(brokers)), two(MockKafka::kTopic, By(brokers));
  std::atomic<bool> written{false};
  AtOnce writers, others;
  for (int writer = 0; writer < kWriters; ++writer) writers.Run([&, writer] { WriteOrders(writer % 2 ? one : two, writer); });
  writers.Run([&] {
    for (const char* month : {"2024-04-01", "2024-05-01"}) {
      const absl::Status moved = one.cluster().AdvanceClock(At(month), "urn:test");
      Must(moved.ok(), std::string(moved.message()));
    }
  });
  for (KafkaNode* node : {&one, &two}) others.Run([&, node] { AskOn(*node, written); });
  BOOST_TEST(writers.Complaints() == "");
  written = true;
  BOOST_TEST(others.Complaints() == "");
  BOOST_REQUIRE(one.CatchUp() && two.CatchUp());
  BOOST_TEST(Records(one) == uint64_t{kWriters * kOrdersEach + 2 * kPartitions});
  for (uint32_t p = 0; p < kPartitions; ++p) BOOST_TEST(one.kafka().StatusOf(PartitionId(p)).state.ok());
  BOOST_TEST(one.Roots() == two.Roots());
  for (int i = 0; i < kAccounts; ++i) BOOST_TEST((one.StateOf(Account(i)) == two.StateOf(Account(i))));
}

BOOST_AUTO_TEST_CASE(a_node_that_stops_answers_whoever_waits_and_keeps_what_it_acknowledged) {
  const MockKafka brokers(kPartitions);
  KafkaNode node(MockKafka::kTopic, By(brokers));
  std::atomic<uint64_t> acknowledged{0}, ended{0};
  AtOnce writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.Run([&, writer] {
      for (int i = 0; node.Append(OrderOf(writer, i)).status.ok(); ++i) ++acknowledged;
      ++ended;
    });
  }
  BOOST_REQUIRE(Eventually([&] { return acknowledged >= 50; }));
  node.kafka().Stop();
  BOOST_TEST(writers.Complaints() == "");
  BOOST_TEST(ended == uint64_t{kWriters});
  node.Close();
  node.Open();
  BOOST_REQUIRE(node.CatchUp());
  // One of each writer was under way: its outcome is not known.
  BOOST_TEST(Records(node) >= acknowledged);
  BOOST_TEST(Records(node) <= acknowledged + kWriters);
}

BOOST_AUTO_TEST_CASE(while_no_broker_answers_events_are_refused_at_once_and_afterwards_taken_again) {
  MockKafka brokers(kPartitions);
  KafkaNode node(MockKafka::kTopic, By(brokers));
  BOOST_REQUIRE(node.Append(OrderOf(0, 0)).status.ok());
  for (int broker : {1, 2, 3}) brokers.Down(broker);
  const auto status = [&] { return node.cluster().StatusOf(PartitionId(0)); };
  // A broker may be back soon: whoever comes in the first seconds waits.
  BOOST_TEST(status().accepts_writes);
  BOOST_REQUIRE(Eventually([&] { return !status().accepts_writes; }));
  const auto refused = node.Append(OrderOf(0, 1)).status;
  BOOST_REQUIRE(ReasonOf(refused) != nullptr);
  BOOST_TEST(ReasonOf(refused)->name == "SOURCE_UNAVAILABLE");
  for (int broker : {1, 2, 3}) brokers.Up(broker);
  BOOST_REQUIRE(Eventually([&] { return status().accepts_writes && node.Append(OrderOf(0, 2)).status.ok(); }));
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 2u);  // what was refused was stored nowhere
}
