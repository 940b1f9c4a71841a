// What the producer and the consumer say when brokers err: librdkafka's mock
// cluster does so at once and to order. No Java.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>

#include "base/reason.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "kafka/transactions.h"
#include "support/mock_kafka.h"

using namespace guanxi;
using kafka::Polled;
using std::chrono::milliseconds;
using test::MockKafka;

namespace {

constexpr milliseconds kSoon{30'000};
constexpr int16_t kProduce = 0;  // Kafka's number of the request

std::string_view ReasonName(const absl::Status& status) {
  const ReasonEntry* reason = ReasonOf(status);
  return reason ? reason->name : "none";
}

kafka::Delivery Send(kafka::Producer& producer, std::string_view value) {
  std::promise<kafka::Delivery> delivered;
  const auto sent = producer.Send({0, "key", value, {}}, [&](const kafka::Delivery& delivery) { delivered.set_value(delivery); });
  if (!sent.ok()) return {sent, 0};
  return delivered.get_future().get();
}

std::unique_ptr<kafka::Producer> ProducerTo(const MockKafka& cluster, milliseconds timeout = kSoon) {
  return kafka::Producer::Make({cluster.connection(), MockKafka::kTopic, milliseconds(0), timeout}).value();
}

std::unique_ptr<kafka::TransactionalProducer> TransactionsOn(const MockKafka& cluster) {
  return kafka::TransactionalProducer::Make({cluster.connection(), "test"}, kSoon).value();
}

std::unique_ptr<kafka::Consumer> ConsumerOf(const MockKafka& cluster) {
  return kafka::Consumer::Make({cluster.connection(), MockKafka::kTopic, "test"}).value();
}

// The next thing that is not silence.
Polled Next(kafka::Consumer& consumer) {
  const auto deadline = std::chrono::steady_clock::now() + kSoon;
  for (;;) {
    Polled polled = consumer.Poll(0, milliseconds(100));
    if (polled.kind != Polled::Kind::kNothing || std::chrono::steady_clock::now() > deadline) return polled;
  }
}

std::vector<std::string> ReadAll(kafka::Consumer& consumer, size_t count) {
  std::vector<std::string> values;
  while (values.size() < count) {
    const Polled polled = Next(consumer);
    if (polled.kind == Polled::Kind::kNothing) break;
    if (polled.kind == Polled::Kind::kMessage) values.emplace_back(polled.message.value().value());
  }
  return values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_record_whose_leader_moves_while_it_is_sent_is_stored_once) {
  MockKafka cluster;
  const auto producer = ProducerTo(cluster);
  BOOST_TEST(Send(*producer, "one").status.ok());
  cluster.Answer(kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS});
  cluster.LeadBy(2);
  BOOST_TEST(Send(*producer, "two").offset == 1u);
  const auto consumer = ConsumerOf(cluster);
  BOOST_TEST(consumer->Start(0, 0).ok());
  const auto values = ReadAll(*consumer, 2);
  BOOST_TEST(values == (std::vector<std::string>{"one", "two"}), boost::test_tools::per_element());
  BOOST_CHECK(Next(*consumer).kind == Polled::Kind::kEnd);
  consumer->Stop(0);
}

BOOST_AUTO_TEST_CASE(a_record_that_is_too_large_for_the_topic_is_refused_as_such) {
  MockKafka cluster;
  const auto producer = ProducerTo(cluster);
  cluster.Answer(kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  BOOST_TEST(ReasonName(Send(*producer, "large").status) == "EVENT_TOO_LARGE");
  BOOST_TEST(Send(*producer, "small").status.ok());
}

BOOST_AUTO_TEST_CASE(a_record_that_may_not_be_written_was_not) {
  MockKafka cluster;
  const auto producer = ProducerTo(cluster);
  cluster.Answer(kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto refused = Send(*producer, "x").status;
  BOOST_TEST(ReasonName(refused) == "SOURCE_UNAVAILABLE");
  BOOST_TEST(MetadataOf(refused)["error"] == "TOPIC_AUTHORIZATION_FAILED");
}

BOOST_AUTO_TEST_CASE(what_no_broker_takes_in_time_is_given_up_and_every_report_comes) {
  MockKafka cluster;
  auto producer = ProducerTo(cluster, milliseconds(1'000));
  for (int broker : {1, 2, 3}) cluster.Down(broker);
  const auto reason = std::string(ReasonName(Send(*producer, "x").status));
  BOOST_TEST((reason == "SOURCE_UNAVAILABLE" || reason == "OUTCOME_UNKNOWN"), reason);
  std::promise<void> reported;
  BOOST_TEST(producer->Send({0, "key", "y", {}}, [&](const kafka::Delivery&) { reported.set_value(); }).ok());
  producer.reset();
  BOOST_CHECK(reported.get_future().wait_for(milliseconds(0)) == std::future_status::ready);
}

BOOST_AUTO_TEST_CASE(an_offset_that_is_not_there_is_said_and_not_replaced_by_another) {
  MockKafka cluster;
  const auto producer = ProducerTo(cluster);
  BOOST_TEST(Send(*producer, "one").status.ok());
  const auto consumer = ConsumerOf(cluster);
  BOOST_TEST(consumer->Start(0, 17).ok());
  BOOST_CHECK(Next(*consumer).kind == Polled::Kind::kOutOfRange);
  consumer->Stop(0);
}

BOOST_AUTO_TEST_CASE(reading_goes_on_at_the_new_leader) {
  MockKafka cluster;
  const auto producer = ProducerTo(cluster);
  const auto consumer = ConsumerOf(cluster);
  BOOST_TEST(consumer->Start(0, 0).ok());
  BOOST_TEST(Send(*producer, "one").status.ok());
  BOOST_TEST(ReadAll(*consumer, 1).size() == 1u);
  cluster.LeadBy(3);
  cluster.Down(1);
  BOOST_TEST(Send(*producer, "two").status.ok());
  BOOST_TEST(ReadAll(*consumer, 1) == std::vector<std::string>{"two"}, boost::test_tools::per_element());
  consumer->Stop(0);
}

BOOST_AUTO_TEST_CASE(questions_that_no_broker_answers_end_in_time_with_a_reason) {
  MockKafka cluster;
  const auto consumer = ConsumerOf(cluster);
  BOOST_TEST(consumer->QueryEnds(1, kSoon).value() == std::vector<uint64_t>{0}, boost::test_tools::per_element());
  for (int broker : {1, 2, 3}) cluster.Down(broker);
  BOOST_TEST(ReasonName(consumer->QueryEnds(1, milliseconds(300)).status()) == "SOURCE_UNAVAILABLE");
  BOOST_TEST(ReasonName(consumer->QueryWatermarks(0, milliseconds(300)).status()) == "SOURCE_UNAVAILABLE");
  const auto admin = kafka::Admin::Make({"127.0.0.1:1", {}}).value();
  BOOST_TEST(ReasonName(admin->Describe(MockKafka::kTopic, milliseconds(300)).status()) == "SOURCE_UNAVAILABLE");
}

BOOST_AUTO_TEST_CASE(who_stops_does_not_wait_for_brokers_that_are_not_there) {
  std::atomic<bool> stopping{false}, looked{false};
  kafka::TransactionalProducer::Options options{{"127.0.0.1:1", {}}, "test"};
  options.given_up = [&] { return looked = true, stopping.load(); };
  auto made = std::async(std::launch::async, [&] { return kafka::TransactionalProducer::Make(options, std::chrono::hours(1)).status(); });
  while (!looked) std::this_thread::yield();
  stopping = true;
  BOOST_TEST(ReasonName(made.get()) == "SHUTTING_DOWN");
}

BOOST_AUTO_TEST_CASE(transactions_are_opened_though_the_first_broker_asked_does_not_know_its_part) {
  constexpr int16_t kInitProducerId = 22;
  MockKafka cluster;
  cluster.Answer(kInitProducerId, {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS});
  BOOST_TEST(TransactionsOn(cluster)->Begin().ok());
}

BOOST_AUTO_TEST_CASE(a_transaction_is_committed_by_brokers_that_take_longer_than_a_look_at_whether_to_give_up) {
  MockKafka cluster;
  cluster.Slow(500);
  const auto producer = TransactionsOn(cluster);
  BOOST_TEST(producer->Begin().ok());
  BOOST_TEST(producer->Send(MockKafka::kTopic, {0, "key", "one", {}}).ok());
  BOOST_TEST(producer->Flush(kSoon).ok());
  const absl::Status committed = producer->Commit(kSoon);
  BOOST_TEST(committed.ok(), committed.message());
  BOOST_TEST(producer->Begin().ok());  // it was, or this were refused
  const auto consumer = ConsumerOf(cluster);
  BOOST_TEST(consumer->Start(0, 0).ok());
  BOOST_TEST(ReadAll(*consumer, 1) == std::vector<std::string>{"one"}, boost::test_tools::per_element());
  consumer->Stop(0);
}

BOOST_AUTO_TEST_CASE(a_transaction_that_brokers_do_not_end_is_said_to_be_open_and_one_not_begun_is_none) {
  MockKafka cluster;
  const auto producer = TransactionsOn(cluster);
  BOOST_TEST(producer->Abort(milliseconds(300)).ok());
  BOOST_TEST(producer->Begin().ok());
  BOOST_TEST(producer->Send(MockKafka::kTopic, {0, "key", "one", {}}).ok());
  BOOST_TEST(producer->Flush(kSoon).ok());
  for (int broker : {1, 2, 3}) cluster.Down(broker);
  BOOST_TEST(ReasonName(producer->Abort(milliseconds(300))) == "SOURCE_UNAVAILABLE");
}

BOOST_AUTO_TEST_CASE(a_property_that_there_is_not_is_named) {
  const auto consumer = kafka::Consumer::Make({{"127.0.0.1:1", {{"no.such.property", "1"}}}, MockKafka::kTopic, "test"});
  BOOST_TEST(absl::IsInvalidArgument(consumer.status()));
  BOOST_TEST(std::string(consumer.status().message()).find("no.such.property") != std::string::npos);
}
