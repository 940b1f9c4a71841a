// A topic of events in clear, with the process killed when what it refused is with
// the brokers and not committed: it is read again, and parked once. And with a node that
// stands still: what it hands in is not handed in again and again meanwhile.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <future>
#include <thread>

#include "base/reason.h"
#include "codec/kafka_message.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxid/ingress.h"
#include "partition/partitioner.h"
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

std::string MakeIngressTopic() { return MakeTopic(kPartitions, {{"retention.ms", "86400000"}}); }

// A node that reads an ingress topic.
class Reading {
 public:
  explicit Reading(
      const Scene& scene, std::function<void()> before_commit = [] {})
      : Reading(scene, scene.options(), std::move(before_commit)) {}
  Reading(
      const Scene& scene, KafkaNode::Options options, std::function<void()> before_commit = [] {})
      : node_(scene.topic, std::move(options)),
        keys_(privacy::KeyStore::Open(scene.directory + "/keys").value()),
        ingress_(node_.cluster(), node_.kafka(), *keys_, {{Brokers(), {}}, scene.ingress, scene.topic, std::move(before_commit)}) {}
  // Who waits for outcomes is answered by that.
  ~Reading() { node_.kafka().Stop(); }

  KafkaNode& node() { return node_; }
  size_t Parked(const std::string& account) {
    return partition::ListParked(*node_.cluster().ViewOf(node_.cluster().PartitionOf(account)), account, Position{0}, 100).value().size();
  }
  // Of the topic of events, as far as they are applied.
  uint64_t Records() {
    uint64_t records = 0;
    for (uint32_t p = 0; p < kPartitions; ++p) records += node_.kafka().StatusOf(PartitionId(p)).applied_offset;
    return records;
  }
  uint64_t Written() {
    uint64_t records = 0;
    for (uint32_t p = 0; p < kPartitions; ++p) records += node_.kafka().StatusOf(PartitionId(p)).end_offset;
    return records;
  }
  bool Knows(const std::string& account, const std::string& id) {
    const auto found = partition::FindEvent(*node_.cluster().ViewOf(node_.cluster().PartitionOf(account)), account, "/test", id);
    return found.ok() && !found->empty();
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
  const Scene scene{MakeTopic(kPartitions), MakeIngressTopic(), directory.path() + "/data"};
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

namespace {

const std::string kAccount = "ACME";
constexpr uint64_t kThatHold = 2, kUnanswered = 4;
constexpr std::chrono::seconds kOutcomeMax{3};

// An event of a person's, written twice: the second is compared with the first, and that takes
// as long as the test likes.
void WriteWhatHolds(const Scene& scene) {
  event::v1::ContactAdded added;
  added.set_contact_id("li");
  codec::Record contact = EventOf(kAccount, "c-1", "2024-03-01", added);
  contact.sealed.push_back({"li", std::string(16, 'k'), std::string(12, 'n'), std::string(40, 'c')});
  TopicWriter writer(scene.topic);
  for (uint64_t i = 0; i < kThatHold; ++i) writer.Write(partition::PartitionOf(kAccount, kPartitions).value, SubmissionOf(contact));
}

KafkaNode::Options HeldUntil(const Scene& scene, const std::shared_future<void>& released) {
  KafkaNode::Options options = scene.options();
  options.outcome_timeout = kOutcomeMax;
  options.adjust = [released](partition::ClusterOptions& cluster) {
    cluster.same_sealed_body = [released](const codec::RecordView&, const codec::RecordView&) {
      released.wait();
      return true;
    };
  };
  return options;
}

void WriteOrder(const Scene& scene) {
  const auto message =
      codec::KafkaMessageFromRecord(Order(kAccount, "o-1", "2024-03-02", 1), codec::KafkaMode::kBinary, codec::KafkaPayload::kProtobuf);
  kafka::OutgoingRecord record{0, message.key, message.value, {}};
  for (const auto& [name, value] : message.headers) record.headers.push_back({name, value});
  TopicWriter(scene.ingress).Write(record);
}

void AppendUnanswered(KafkaNode& node) {
  for (uint64_t i = 0; i < kUnanswered; ++i) {
    const auto outcome = node.Append(Order(kAccount, "unanswered-" + std::to_string(i), "2024-03-03", 1));
    const ReasonEntry* const reason = ReasonOf(outcome.status);
    BOOST_TEST((reason != nullptr && reason->reason == Reason::OUTCOME_UNKNOWN), outcome.status);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_node_that_still_reads_the_past_hands_nothing_in_from_its_ingress_topic) {
  TemporaryDirectory directory;
  const Scene scene{MakeTopic(kPartitions), MakeIngressTopic(), directory.path() + "/data"};
  WriteWhatHolds(scene);
  WriteOrder(scene);
  std::promise<void> release;
  Reading reading(scene, HeldUntil(scene, release.get_future().share()));
  std::this_thread::sleep_for(kUnanswered * kOutcomeMax);
  BOOST_TEST(reading.Written() == kThatHold);
  release.set_value();
  BOOST_REQUIRE(Eventually([&] { return reading.Knows(kAccount, "o-1"); }));
  BOOST_REQUIRE(reading.node().CatchUp());
  BOOST_TEST(reading.Records() == kThatHold + 1);
}

BOOST_AUTO_TEST_CASE(an_event_whose_outcome_a_node_does_not_learn_is_handed_in_once_more_and_not_before_the_first_came_back) {
  TemporaryDirectory directory;
  const Scene scene{MakeTopic(kPartitions), MakeIngressTopic(), directory.path() + "/data"};
  std::promise<void> release;
  Reading reading(scene, HeldUntil(scene, release.get_future().share()));
  BOOST_TEST(Eventually([&] { return reading.node().kafka().HasSeenThePast(); }));
  WriteWhatHolds(scene);
  WriteOrder(scene);
  BOOST_TEST(Eventually([&] { return reading.Written() == kThatHold + 1; }));
  AppendUnanswered(reading.node());
  release.set_value();
  // Behind this, which a transaction writes, nothing of the first comes any more.
  constexpr uint64_t kLastWithItsMarker = 2;
  WriteWhatNoEventIs(scene, "GLOBEX");
  BOOST_REQUIRE(Eventually([&] { return reading.Parked("GLOBEX") > 0; }));
  BOOST_REQUIRE(reading.node().CatchUp());
  BOOST_TEST(reading.Records() == kThatHold + kUnanswered + 2 + kLastWithItsMarker);
}
