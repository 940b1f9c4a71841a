// Control records are copied into every partition's log. A node is killed when
// its copies are with the brokers and not committed: they are in no log.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>

#include "relations/policy.h"
#include "support/kafka_node.h"
#include "support/own_process.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr uint32_t kPartitions = 4;

absl::Status Adopt(KafkaNode& node, std::string_view policy) {
  return node.cluster().AdoptPolicy(std::string(policy), At("2020-01-01"), "urn:test", "").status();
}

const OwnProcess killed_before_its_policy_is_committed([] {
  KafkaNode node(std::getenv("TEST_TOPIC"),
                 {.partitions = kPartitions, .directory = std::getenv("TEST_DIRECTORY"), .before_commit = [] { kill(getpid(), SIGKILL); }});
  Adopt(node, relations::TransactionalPolicyToml()).IgnoreError();
});

}  // namespace

BOOST_AUTO_TEST_CASE(a_policy_is_in_every_partition_or_in_none_whoever_is_killed) {
  TemporaryDirectory directory;
  const std::string topic = MakeTopic(kPartitions), data = directory.path() + "/data";
  BOOST_REQUIRE(killed_before_its_policy_is_committed.IsKilled({{"TEST_TOPIC", topic}, {"TEST_DIRECTORY", data}}));
  KafkaNode other(topic, {.partitions = kPartitions});
  // The next one ends what the killed one left open, and has the same number.
  const absl::Status adopted = Adopt(other, relations::StandardPolicyToml());
  BOOST_REQUIRE_MESSAGE(adopted.ok(), adopted.message());
  KafkaNode killed(topic, {.partitions = kPartitions, .directory = data});
  BOOST_REQUIRE(killed.CatchUp() && other.CatchUp());
  for (KafkaNode* node : {&killed, &other}) {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      const partition::ViewPtr view = node->cluster().ViewOf(PartitionId(p));
      BOOST_REQUIRE_EQUAL(view->policies->adopted().size(), 1u);
      BOOST_TEST(view->policies->adopted().front().policy.name == "standard");
      // A record, the mark of its end, a record: the killed one's copy lies there.
      BOOST_TEST(view->source.next_offset >= 3u);
    }
  }
  BOOST_TEST(killed.Roots() == other.Roots());
}
