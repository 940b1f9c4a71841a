// A topic of events in clear, with the process killed when what it refused is with
// the brokers and not committed: it is read again, and parked once.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>

#include "guanxid/ingress.h"
#include "support/kafka_node.h"
#include "support/own_process.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr uint32_t kPartitions = 2;

// What the case and the processes that it has killed share.
struct Scene {
  std::string topic, ingress, directory;
  KafkaNode::Options options() const { return {.partitions = kPartitions, .directory = directory}; }
};

// A node that reads an ingress topic.
class Reading {
 public:
  explicit Reading(
      const Scene& scene, std::function<void()> before_commit = [] {})
      : node_(scene.topic, scene.options()),
        keys_(privacy::KeyStore::Open(scene.directory + "/keys").value()),
        ingress_(node_.cluster(), *keys_, {{Brokers(), {}}, scene.ingress, scene.topic, std::move(before_commit)}) {}
  // Who waits for outcomes is answered by that.
  ~Reading() { node_.kafka().Stop(); }

  KafkaNode& node() { return node_; }
  size_t Parked(const std::string& account) {
    return partition::ListParked(*node_.cluster().ViewOf(node_.cluster().PartitionOf(account)), account, Position{0}, 100).value().size();
  }

 private:
  KafkaNode node_;
  std::unique_ptr<privacy::KeyStore> keys_;
  service::Ingress ingress_;
};

const OwnProcess is_killed_before_it_commits([] {
  const Scene scene{std::getenv("TEST_TOPIC"), std::getenv("TEST_INGRESS"), std::getenv("TEST_DIRECTORY")};
  const Reading reading(scene, [] { kill(getpid(), SIGKILL); });
  Eventually([] { return false; });
});

bool IsKilled(const Scene& scene) {
  return is_killed_before_it_commits.IsKilled(
      {{"TEST_TOPIC", scene.topic}, {"TEST_INGRESS", scene.ingress}, {"TEST_DIRECTORY", scene.directory}});
}

void WriteWhatNoEventIs(const Scene& scene, std::string_view account) { TopicWriter(scene.ingress).Write({0, account, "{}", {}}); }

}  // namespace

BOOST_AUTO_TEST_CASE(what_an_ingress_topic_holds_that_is_no_event_is_parked_once_however_often_it_is_read) {
  TemporaryDirectory directory;
  const Scene scene{MakeTopic(kPartitions), MakeTopic(kPartitions), directory.path() + "/data"};
  WriteWhatNoEventIs(scene, "ACME");
  for (int times = 0; times < 2; ++times) BOOST_REQUIRE(IsKilled(scene));
  Reading reading(scene);
  // Behind this nothing of the first comes any more.
  WriteWhatNoEventIs(scene, "GLOBEX");
  BOOST_REQUIRE(Eventually([&] { return reading.Parked("GLOBEX") > 0; }));
  BOOST_REQUIRE(reading.node().CatchUp());
  BOOST_TEST(reading.Parked("ACME") == 1u);
  BOOST_TEST(reading.Parked("GLOBEX") == 1u);
}
