// A partition's log as a function of its Kafka partition, on a real broker.
#include <librdkafka/rdkafka.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <future>
#include <random>
#include <thread>

#include "base/reason.h"
#include "codec/kafka_message.h"
#include "intake/message_reader.h"
#include "intake/topic_rules.h"
#include "intake/utc_offset.h"
#include "partition/partitioner.h"
#include "partition/submission_coding.h"
#include "relations/row_coding.h"
#include "support/files_at_most.h"
#include "support/kafka_node.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

codec::Record SomeOrder(int number, int accounts = 7) {
  const std::string account = "account-" + std::to_string(number % accounts);
  return Order(account, "o-" + std::to_string(number), "2024-03-01T09:30:00Z", 100 + number);
}

// No two alike, so that they do not compress.
codec::Record LargeOrder(int number, size_t bytes) {
  codec::Record large = SomeOrder(number);
  std::mt19937_64 random(static_cast<uint64_t>(number));
  std::string filler(bytes, 'x');
  for (char& c : filler) c = static_cast<char>('a' + random() % 26);
  large.extensions.push_back({"filler", filler});
  return large;
}

// The second admits a day ahead.
std::vector<codec::AdmissionRules> TwoLevels() { return {{std::chrono::minutes(5)}, {std::chrono::hours(48)}}; }

codec::Record OrderOfTomorrow(const std::string& account, const std::string& id) {
  codec::Record order = Order(account, id, "2024-03-01", 1);
  order.occurred_at = {(std::chrono::system_clock::now().time_since_epoch() + std::chrono::hours(24)) / std::chrono::microseconds(1)};
  return order;
}

void QueueOrders(TopicWriter& writer, uint32_t partitions, int from, int to) {
  for (int i = from; i < to; ++i) {
    codec::Record order = SomeOrder(i);
    const uint32_t p = partition::PartitionOf(order.account_id, partitions).value;
    writer.Queue(p, SubmissionOf(std::move(order)));
  }
  writer.Flush();
}

uint64_t Records(KafkaNode& node) {
  uint64_t records = 0;
  for (uint32_t p = 0; p < node.cluster().partitions(); ++p) records += node.cluster().ViewOf(PartitionId(p))->log_size;
  return records;
}

// Of what is parked, the reasons.
std::vector<uint32_t> Parked(KafkaNode& node) {
  std::vector<uint32_t> reasons;
  for (uint32_t p = 0; p < node.cluster().partitions(); ++p) {
    const auto parked = partition::ListParked(*node.cluster().ViewOf(PartitionId(p)), "", Position{0}, 1000);
    for (const auto& entry : parked.value()) reasons.push_back(entry.reason);
  }
  return reasons;
}

bool Holds(KafkaNode& node, const std::string& account, const std::string& id) {
  const auto found = partition::FindEvent(*node.cluster().ViewOf(node.cluster().PartitionOf(account)), account, "/test", id);
  return found.ok() && !found->empty();
}

enum class Partitioner { kRight, kWrong };

// A CloudEvent in one of two partitions.
void WriteAsProducer(TopicWriter& writer, const codec::Record& event, Partitioner partitioner) {
  const auto message = codec::KafkaMessageFromRecord(event, codec::KafkaMode::kBinary, codec::KafkaPayload::kProtobuf);
  const uint32_t right = partition::PartitionOf(message.key, 2).value;
  kafka::OutgoingRecord record{partitioner == Partitioner::kRight ? right : 1 - right, message.key, message.value, {}};
  for (const auto& [name, value] : message.headers) record.headers.push_back({name, value});
  writer.Write(record);
}

// By a node of its own that no topic feeds.
void AppendEmbedded(const std::string& directory, int orders) {
  partition::ClusterOptions options;
  options.data_directory = directory;
  options.settings.partitions = 1;
  options.wall_clock = false;
  options.now = [] { return At("2026-01-01"); };
  auto embedded = partition::Cluster::Open(std::move(options)).value();
  for (int i = 0; i < orders; ++i) embedded->SubmitAndWait(PartitionId(0), SubmissionOf(SomeOrder(i)));
}

// Orders that one transaction wrote, and then committed or took back.
class TransactionalWriter {
 public:
  explicit TransactionalWriter(std::string topic) : topic_(std::move(topic)) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", Brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(conf, "transactional.id", topic_.c_str(), nullptr, 0);
    rd_kafka_conf_set(conf, "log_level", "2", nullptr, 0);
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    Check(rd_kafka_init_transactions(handle_, 60'000));
  }
  ~TransactionalWriter() { rd_kafka_destroy(handle_); }

  void Write(int from, int to, bool commit) {
    Check(rd_kafka_begin_transaction(handle_));
    for (int i = from; i < to; ++i) Produce(partition::EncodeSubmission(SubmissionOf(SomeOrder(i))));
    rd_kafka_flush(handle_, 60'000);
    Check(commit ? rd_kafka_commit_transaction(handle_, 60'000) : rd_kafka_abort_transaction(handle_, 60'000));
  }

 private:
  static void Check(rd_kafka_error_t* error) { BOOST_REQUIRE_MESSAGE(error == nullptr, rd_kafka_error_string(error)); }
  void Produce(const std::string& value) {
    const std::string_view type = partition::kSubmissionContentType;
    const auto error =
        rd_kafka_producev(handle_, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                          RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
                          RD_KAFKA_V_HEADER("content-type", type.data(), type.size()), RD_KAFKA_V_END);
    BOOST_REQUIRE_EQUAL(error, RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  const std::string topic_;
  rd_kafka_t* handle_;
};

// What an operator does to a topic; `ask` puts the question to the queue.
void Administer(const std::function<void(rd_kafka_t*, rd_kafka_queue_t*)>& ask) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", Brokers().c_str(), nullptr, 0);
  rd_kafka_t* const handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  rd_kafka_queue_t* const queue = rd_kafka_queue_new(handle);
  ask(handle, queue);
  rd_kafka_event_t* const event = rd_kafka_queue_poll(queue, 60'000);
  BOOST_REQUIRE(event != nullptr);
  BOOST_REQUIRE_EQUAL(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(handle);
}

void DeleteRecordsBefore(const std::string& topic, int partition, int64_t offset) {
  Administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_topic_partition_list_t* const list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = offset;
    rd_kafka_DeleteRecords_t* asked = rd_kafka_DeleteRecords_new(list);
    rd_kafka_DeleteRecords(handle, &asked, 1, nullptr, queue);
    rd_kafka_DeleteRecords_destroy(asked);
    rd_kafka_topic_partition_list_destroy(list);
  });
}

void MakePartitions(const std::string& topic, size_t in_all) {
  Administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    char text[512];
    rd_kafka_NewPartitions_t* asked = rd_kafka_NewPartitions_new(topic.c_str(), in_all, text, sizeof text);
    BOOST_REQUIRE_MESSAGE(asked != nullptr, text);
    rd_kafka_CreatePartitions(handle, &asked, 1, nullptr, queue);
    rd_kafka_NewPartitions_destroy(asked);
  });
}

// All of its settings: those that are not named become the brokers' own.
void SetUp(const std::string& topic, const std::map<std::string, std::string>& settings) {
  Administer([&](rd_kafka_t* handle, rd_kafka_queue_t* queue) {
    rd_kafka_ConfigResource_t* asked = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
    for (const auto& [name, value] : settings) rd_kafka_ConfigResource_set_config(asked, name.c_str(), value.c_str());
    rd_kafka_AlterConfigs(handle, &asked, 1, nullptr, queue);
    rd_kafka_ConfigResource_destroy(asked);
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_append_through_kafka_is_answered_as_an_embedded_one) {
  KafkaNode node(MakeTopic(2));
  ClusterFixture embedded(2);
  embedded.now_ = At("2100-01-01");
  const auto same = [&](const codec::Record& record, bool strict = false, std::optional<uint64_t> version = {}) {
    const auto here = node.Append(record, strict, version);
    const auto there = embedded.Append(record, strict, version);
    BOOST_TEST(ReasonName(here.status) == ReasonName(there.status));
    BOOST_TEST(here.position.value == there.position.value);
    BOOST_TEST(here.account_version == there.account_version);
    BOOST_TEST(here.duplicate == there.duplicate);
    BOOST_TEST(here.anomalies == there.anomalies);
    BOOST_TEST(here.parked_at.has_value() == there.parked_at.has_value());
    return std::string(ReasonName(here.status));
  };
  const codec::Record first = Order("ACME", "o-1", "2024-03-01", 100);
  same(first);
  same(first);  // a duplicate
  same(Order("ACME", "o-2", "2024-03-02", 100), false, 1);
  BOOST_TEST(same(Order("ACME", "o-3", "2024-03-03", 100), false, 1) == "EXPECTED_VERSION_MISMATCH");
  BOOST_TEST(same(Order("ACME", "o-1", "2024-03-01", 999)) == "EVENT_ID_CONFLICT");
  BOOST_TEST(same(Order("Other/", "o-1", "2024-03-01", 1)) == "ACCOUNT_ID_INVALID");
  same(Order("ACME", "o-4", "2023-01-01", 7));  // late
  BOOST_TEST((node.StateOf("ACME") == relations::EncodedCore(embedded.Read("ACME").core)));
}

BOOST_AUTO_TEST_CASE(the_events_of_one_submission_are_one_record_and_stand_together) {
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1});
  partition::Submission both;
  both.events = {Order("ACME", "o-1", "2024-03-01", 1), Order("ACME", "o-2", "2024-03-02", 2)};
  const auto result = node.Append(both);
  BOOST_TEST(result[0].status.ok());
  BOOST_TEST(result[1].position.value == 1u);
  BOOST_TEST(node.cluster().ViewOf(PartitionId(0))->source.next_offset == 1u);
  both.events[1] = Order("ACME", "o-1", "2024-03-01", 99);
  both.events[0] = Order("ACME", "o-3", "2024-03-03", 3);
  both.strict = true;
  BOOST_TEST(ReasonName(node.Append(both)[0].status) == "EVENT_ID_CONFLICT");
  BOOST_TEST(Records(node) == 2u);
}

BOOST_AUTO_TEST_CASE(two_nodes_with_directories_of_their_own_have_the_same_log_and_the_same_answers) {
  const std::string topic = MakeTopic(2);
  KafkaNode one(topic), two(topic, {.adjust = [](auto&options) {
                              options.commit_events_max = 3;
                              options.checkpoint_records_max = 50;
                            }});
  for (int i = 0; i < 200; ++i) (i % 2 ? one : two).Append(SomeOrder(i));
  const auto adopted = one.cluster().AdoptPolicy(std::string(relations::TransactionalPolicyToml()), std::nullopt, "urn:test", "because");
  BOOST_REQUIRE_MESSAGE(adopted.ok(), adopted.status().message());
  BOOST_TEST(two.cluster().AdvanceClock(At("2025-01-01"), "urn:test").ok());
  BOOST_REQUIRE(one.CatchUp() && two.CatchUp());
  BOOST_TEST(one.Roots() == two.Roots());
  for (int i = 0; i < 7; ++i) BOOST_TEST(one.StateOf("account-" + std::to_string(i)) == two.StateOf("account-" + std::to_string(i)));
  BOOST_TEST(two.cluster().AdoptedPolicies().size() == 1u);
  // One that begins now reads the same.
  KafkaNode late(topic);
  BOOST_REQUIRE(late.CatchUp());
  BOOST_TEST(late.Roots() == one.Roots());
}

BOOST_AUTO_TEST_CASE(a_node_of_an_older_admission_level_stops_before_its_log_becomes_another) {
  const std::string topic = MakeTopic(2);
  const std::vector<codec::AdmissionRules> both = TwoLevels();
  bool was_updated = false;
  KafkaNode newer(topic, {.adjust = [&](auto& options) { options.admission = both; }});
  KafkaNode older(topic, {.adjust = [&](auto& options) {
                    if (was_updated) options.admission = both;
                  }});
  for (int i = 0; i < 50; ++i) BOOST_TEST(newer.Append(SomeOrder(i)).status.ok());
  BOOST_TEST(ReasonName(newer.Append(OrderOfTomorrow("account-1", "t-1")).status) == "OCCURRED_IN_FUTURE");
  BOOST_REQUIRE(older.CatchUp());
  const std::string before = older.Roots();
  BOOST_TEST(before == newer.Roots());

  BOOST_TEST(ReasonName(older.cluster().RaiseAdmission(2, "urn:test")) == "ADMISSION_LEVEL_NEWER");
  BOOST_REQUIRE(newer.cluster().RaiseAdmission(2, "urn:test").ok());
  BOOST_TEST(newer.Append(OrderOfTomorrow("account-1", "t-2")).status.ok());
  for (uint32_t p = 0; p < 2; ++p) BOOST_TEST(older.Reaches(PartitionId(p), Reason::ADMISSION_LEVEL_NEWER));
  // Opened again as it is, it stops at the same place; its answers stay.
  older.Close();
  older.Open();
  for (uint32_t p = 0; p < 2; ++p) BOOST_TEST(older.Reaches(PartitionId(p), Reason::ADMISSION_LEVEL_NEWER));
  BOOST_TEST(older.Roots() == before);
  BOOST_TEST(older.StateOf("account-2") == newer.StateOf("account-2"));

  older.Close();
  was_updated = true;
  older.Open();
  BOOST_REQUIRE(older.CatchUp() && newer.CatchUp());
  BOOST_TEST(older.Roots() == newer.Roots());
  BOOST_TEST(older.StateOf("account-1") == newer.StateOf("account-1"));
  // What was raised is not taken back by an older version in the directory.
  older.Close();
  was_updated = false;
  BOOST_CHECK_THROW(older.Open(), std::runtime_error);
}

BOOST_AUTO_TEST_CASE(a_node_that_lags_adopts_no_policy_over_what_it_has_not_read) {
  const std::string topic = MakeTopic(2), policy(relations::TransactionalPolicyToml());
  KafkaNode node(topic);
  for (int i = 0; i < 7; ++i) BOOST_TEST(node.Append(SomeOrder(i)).status.ok());  // of 2024-03
  node.Close();
  TopicWriter writer(topic);
  QueueOrders(writer, 2, 7, 30'000);
  codec::Record newest = Order("account-1", "newest", "2025-01-01", 1);
  writer.Write(partition::PartitionOf("account-1", 2).value, SubmissionOf(newest));
  node.Open();
  const auto adopt = [&](const std::string& from, std::chrono::minutes within) {
    return ReasonName(node.cluster().AdoptPolicy(policy, At(from), "urn:test", "", std::chrono::steady_clock::now() + within).status());
  };
  BOOST_TEST(adopt("2024-06-01", std::chrono::minutes(4)) == "POLICY_RETROACTIVE");
  writer.Write(partition::PartitionOf("account-1", 2).value, SubmissionOf(Order("account-1", "newer", "2025-02-01", 1)));
  const std::string at_once(adopt("2025-01-15", std::chrono::minutes(0)));
  BOOST_TEST((at_once == "POSITION_NOT_REACHED" || at_once == "POLICY_RETROACTIVE" || at_once == "SOURCE_UNAVAILABLE"), at_once);
  BOOST_TEST(adopt("2025-02-02", std::chrono::minutes(4)) == "none");
  BOOST_TEST(node.cluster().AdoptedPolicies().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_node_goes_on_where_it_was_and_applies_nothing_twice) {
  const std::string topic = MakeTopic(2);
  TopicWriter writer(topic);
  KafkaNode node(topic);
  for (int round = 0; round < 3; ++round) {
    QueueOrders(writer, 2, round * 500, (round + 1) * 500);
    if (round != 1) BOOST_REQUIRE(node.CatchUp());
    node.Close();
    node.Open();
  }
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 1500u);
}

BOOST_AUTO_TEST_CASE(what_a_transaction_took_back_is_no_part_of_the_log_and_what_it_committed_is) {
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1});
  TransactionalWriter writer(topic);
  writer.Write(0, 10, true);
  writer.Write(10, 20, false);
  writer.Write(20, 25, true);
  writer.Write(25, 30, false);
  BOOST_REQUIRE(node.CatchUp());  // past the markers at the end
  BOOST_TEST(Records(node) == 15u);
  node.Close();
  node.Open();
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 15u);
  BOOST_TEST(node.Append(SomeOrder(100)).status.ok());
}

BOOST_AUTO_TEST_CASE(a_rebuild_does_not_forget_that_the_marker_at_the_end_was_read) {
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1});
  TransactionalWriter(topic).Write(0, 10, true);
  BOOST_REQUIRE(node.CatchUp());
  BOOST_REQUIRE(node.cluster().Rebuild(PartitionId(0), false, [](uint64_t, uint64_t) { return true; }).ok());
  BOOST_REQUIRE(node.CatchUp());  // nothing more is to come
  BOOST_TEST(Records(node) == 10u);
}

BOOST_AUTO_TEST_CASE(what_was_submitted_together_and_failed_is_in_no_log_and_holds_no_reader_up) {
  const std::string topic = MakeTopic(2, {{"max.message.bytes", "20000"}});
  // Readers would stand before a transaction left open for longer than this test waits for anything.
  KafkaNode node(topic, {.outcome_timeout = std::chrono::minutes(1), .together_open_max = std::chrono::minutes(10)});
  std::vector<std::pair<PartitionId, partition::Submission>> together;
  together.emplace_back(PartitionId(0), SubmissionOf(SomeOrder(1)));
  together.emplace_back(PartitionId(1), SubmissionOf(LargeOrder(2, 100'000)));  // more than the topic takes
  for (const auto& result : node.kafka().SubmitTogether(std::move(together)))
    BOOST_TEST(ReasonName(result.front().status) == "SOURCE_UNAVAILABLE");
  for (int i = 10; i < 17; ++i) BOOST_TEST(node.Append(SomeOrder(i)).status.ok());
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 7u);
}

BOOST_AUTO_TEST_CASE(a_submission_whose_deadline_passes_has_an_unknown_outcome_and_may_be_sent_again) {
  KafkaNode node(MakeTopic(1), {.partitions = 1});
  partition::Submission hasty = SubmissionOf(SomeOrder(1));
  hasty.deadline = std::chrono::steady_clock::now();
  BOOST_TEST(ReasonName(node.Append(hasty).front().status) == "OUTCOME_UNKNOWN");
  BOOST_REQUIRE(node.CatchUp());
  const auto again = node.Append(SomeOrder(1));
  BOOST_TEST(again.status.ok());
  BOOST_TEST(again.position.value == 0u);
  BOOST_TEST(Records(node) == 1u);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_parked_on_every_node_alike_and_stops_nothing) {
  const std::string topic = MakeTopic(2);
  KafkaNode node(topic);
  TopicWriter writer(topic);
  const std::string account = "account-1";
  const uint32_t right = partition::PartitionOf(account, 2).value;
  const std::string good = partition::EncodeSubmission(SubmissionOf(Order(account, "o-1", "2024-03-01", 1)));
  const std::string type(partition::kSubmissionContentType);
  const auto ours = [&](std::string_view value) {
    return kafka::OutgoingRecord{right, account, value, {{intake::kContentTypeHeader, type}}};
  };
  std::string damaged = good;
  damaged[good.size() / 2] ^= 1;
  const std::string longer = good + "x", version = "\x02" + good.substr(1), flags = std::string("\x01\x40") + good.substr(2);
  const std::string large(3u << 20, 'x');
  partition::Submission several = SubmissionOf(Order(account, "o-1", "2024-03-01", 1));
  several.events.push_back(Order("account-2", "o-1", "2024-03-01", 1));
  const std::string of_several = partition::EncodeSubmission(several);
  const std::vector<kafka::OutgoingRecord> poison = {
      ours(damaged),
      ours(longer),
      ours(version),
      ours(flags),
      ours(good.substr(0, good.size() - 3)),
      ours(""),
      ours(of_several),
      ours(large),
      {right, account, "{}", {}},
      {right, std::nullopt, good, {{intake::kContentTypeHeader, "text/plain"}}},
      {right, account, std::string_view(), {{"\xff\xfe", std::nullopt}}},
      {right, "bad/key\x01", good, {{intake::kContentTypeHeader, "application/\xff"}}},
      {1 - right, account, good, {{intake::kContentTypeHeader, type}}},
  };
  for (const auto& record : poison) writer.Write(record);
  BOOST_TEST(node.Append(Order(account, "o-1", "2024-03-01", 1)).status.ok());
  BOOST_REQUIRE(node.CatchUp());
  uint64_t parked = 0;
  for (uint32_t p = 0; p < 2; ++p) parked += partition::ReadCounter(*node.cluster().ViewOf(PartitionId(p)), "parked").value();
  BOOST_TEST(parked == poison.size());
  BOOST_TEST(Records(node) == poison.size() + 1);
  KafkaNode other(topic);
  BOOST_REQUIRE(other.CatchUp());
  BOOST_TEST(other.Roots() == node.Roots());
}

BOOST_AUTO_TEST_CASE(an_event_in_a_wrong_partition_is_sent_on_once_however_many_nodes_see_it) {
  const std::string topic = MakeTopic(2);
  KafkaNode one(topic), two(topic);
  TopicWriter writer(topic);
  constexpr int kEvents = 20;
  for (int i = 0; i < kEvents; ++i) WriteAsProducer(writer, SomeOrder(i), Partitioner::kWrong);
  // The producer was corrected meanwhile, and is not sure what it had sent.
  for (int i = 0; i < kEvents; i += 2) WriteAsProducer(writer, SomeOrder(i), Partitioner::kRight);
  // Each is a parked record, the event itself, and the dismissal.
  BOOST_TEST(Eventually([&] { return Records(one) == 3 * kEvents && Parked(one).empty(); }));
  BOOST_REQUIRE(one.CatchUp() && two.CatchUp());
  BOOST_TEST(one.Roots() == two.Roots());
  BOOST_TEST(Records(one) == 3u * kEvents);
  for (int i = 0; i < 7; ++i) {
    const std::string account = "account-" + std::to_string(i);
    const auto read = partition::ReadAccount(*one.cluster().ViewOf(one.cluster().PartitionOf(account)), account, {});
    BOOST_REQUIRE(read.ok());
    BOOST_TEST(read->core.account_version == static_cast<uint64_t>(i < kEvents % 7 ? kEvents / 7 + 1 : kEvents / 7));
  }
}

BOOST_AUTO_TEST_CASE(an_event_that_its_own_partition_would_park_as_well_stays_in_the_wrong_one_however_many_nodes_see_it) {
  const std::string topic = MakeTopic(2);
  KafkaNode one(topic), two(topic);
  const std::string account = "account-1";
  BOOST_TEST(one.Append(Order(account, "held", "2024-03-01", 1)).status.ok());
  BOOST_REQUIRE(two.CatchUp());
  codec::Record undecodable = Order(account, "undecodable", "2024-03-01", 1), early = undecodable, reserved = undecodable;
  event::v1::OrderPlaced order;
  order.ParseFromString(undecodable.payload);
  order.set_currency_code("XXQ");
  undecodable.payload = order.SerializeAsString();
  early.id = "early";
  early.occurred_at = At("2999-01-01");
  reserved = EventOf(account, "reserved", "2024-03-01", event::v1::ReferralRecorded());
  TopicWriter writer(topic);
  for (const codec::Record& would_be_parked : {undecodable, Order(account, "held", "2024-03-01", 2), early, reserved})
    WriteAsProducer(writer, would_be_parked, Partitioner::kWrong);
  // Looked at behind these.
  for (const codec::Record& sent_on : {Order(account, "held", "2024-03-01", 1), Order(account, "o-1", "2024-03-01", 1)})
    WriteAsProducer(writer, sent_on, Partitioner::kWrong);
  // Of the last two the one event that was not held, and two dismissals.
  constexpr uint64_t kRecords = 1 + 6 + 1 + 2;
  BOOST_TEST(Eventually([&] { return Records(one) >= kRecords && Records(two) >= kRecords; }));
  const std::vector<uint32_t> wrong(4, static_cast<uint32_t>(Reason::PARTITION_WRONG));
  for (KafkaNode* node : {&one, &two}) {
    // Started again it looks at all of them once more; behind this nothing comes of it any more.
    node->Close();
    node->Open();
    const std::string last = node == &one ? "o-2" : "o-3";
    WriteAsProducer(writer, Order(account, last, "2024-03-01", 1), Partitioner::kWrong);
    BOOST_TEST(Eventually([&] { return Holds(*node, account, last) && Parked(*node).size() == wrong.size(); }));
  }
  BOOST_REQUIRE(one.CatchUp() && two.CatchUp());
  BOOST_TEST((Parked(one) == wrong));
  BOOST_TEST(Records(one) == kRecords + 2 * 3);
  BOOST_TEST(one.Roots() == two.Roots());
}

BOOST_AUTO_TEST_CASE(a_parked_record_is_dismissed_and_repaired_through_the_topic) {
  const std::string topic = MakeTopic(1);
  const KafkaNode::Options options{.partitions = 1, .adjust = [](auto& cluster) { cluster.admission = TwoLevels(); }};
  KafkaNode node(topic, options);
  BOOST_TEST(node.Append(Order("ACME", "o-1", "2024-03-01", 1)).status.ok());
  const auto conflict = node.Append(Order("ACME", "o-1", "2024-03-01", 2));
  BOOST_REQUIRE(conflict.parked_at.has_value());
  BOOST_TEST(ReasonName(node.cluster().RetryParked(PartitionId(0), *conflict.parked_at, "urn:test", "").status) == "EVENT_ID_CONFLICT");
  BOOST_TEST(node.cluster().DismissParked(PartitionId(0), *conflict.parked_at, "urn:test", "wrong").status.ok());

  const codec::Record order = OrderOfTomorrow("ACME", "o-2");
  const auto early = node.Append(order);
  BOOST_REQUIRE(early.parked_at.has_value());
  const auto retry = [&] { return node.cluster().RetryParked(PartitionId(0), *early.parked_at, "urn:test", ""); };
  BOOST_TEST(ReasonName(retry().status) == "OCCURRED_IN_FUTURE");
  BOOST_REQUIRE(node.cluster().RaiseAdmission(2, "urn:test").ok());
  const auto repaired = retry();
  BOOST_REQUIRE_MESSAGE(repaired.status.ok(), repaired.status.message());
  BOOST_TEST(repaired.account_version == 2u);
  BOOST_TEST(node.Append(order).duplicate);
  KafkaNode other(topic, options);
  BOOST_REQUIRE(other.CatchUp());
  BOOST_TEST(other.Roots() == node.Roots());
  BOOST_TEST((other.StateOf("ACME") == node.StateOf("ACME")));
  for (KafkaNode* each : {&node, &other}) {
    const partition::ViewPtr view = each->cluster().ViewOf(PartitionId(0));
    BOOST_TEST(partition::ReadCounter(*view, "parked").value() == 0u);
    BOOST_TEST(partition::ReadAccount(*view, "ACME", {}).value().core.account_version == 2u);
  }
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_missing_or_set_up_otherwise_is_said_and_waited_for) {
  const std::string missing = "t-missing-" + std::to_string(getpid());
  KafkaNode waiting(missing, {.partitions = 1});
  BOOST_TEST(waiting.Reaches(PartitionId(0), Reason::TOPIC_MISSING));
  KafkaNode wrong_time(MakeTopic(1, {{"message.timestamp.type", "CreateTime"}}), {.partitions = 1});
  BOOST_TEST(wrong_time.Reaches(PartitionId(0), Reason::TOPIC_UNSUITABLE));
  KafkaNode compacted(MakeTopic(1, {{"cleanup.policy", "compact"}}), {.partitions = 1});
  BOOST_TEST(compacted.Reaches(PartitionId(0), Reason::TOPIC_UNSUITABLE));
  KafkaNode too_few(MakeTopic(1), {.partitions = 2});
  BOOST_TEST(too_few.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_given_more_partitions_stops_the_nodes_that_read_it) {
  const std::string topic = MakeTopic(2);
  KafkaNode node(topic);
  for (int i = 0; i < 7; ++i) BOOST_TEST(node.Append(SomeOrder(i)).status.ok());
  MakePartitions(topic, 4);
  for (uint32_t p = 0; p < 2; ++p) BOOST_TEST(node.Reaches(PartitionId(p), Reason::SOURCE_FOREIGN));
  BOOST_TEST(ReasonName(node.Append(SomeOrder(7)).status) == "SOURCE_FOREIGN");
  // Half of the accounts may be elsewhere: it does not say that it has everything.
  std::promise<absl::Status> ends;
  node.kafka().AskEnds([&](const auto& given) { ends.set_value(given.status()); });
  BOOST_TEST(ReasonName(ends.get_future().get()) == "SOURCE_FOREIGN");
  BOOST_TEST(Records(node) == 7u);
}

BOOST_AUTO_TEST_CASE(a_topic_whose_settings_are_changed_stops_its_nodes_until_they_are_put_right) {
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1});
  BOOST_TEST(node.Append(SomeOrder(0)).status.ok());
  auto settings = intake::EventsTopicSettings();
  settings["message.timestamp.type"] = "CreateTime";
  SetUp(topic, settings);
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::TOPIC_UNSUITABLE));
  BOOST_TEST(ReasonName(node.Append(SomeOrder(1)).status) == "TOPIC_UNSUITABLE");
  SetUp(topic, intake::EventsTopicSettings());
  BOOST_REQUIRE(Eventually([&] { return node.kafka().StatusOf(PartitionId(0)).state.ok(); }));
  BOOST_TEST(node.Append(SomeOrder(2)).status.ok());
  BOOST_TEST(Records(node) == 2u);
}

BOOST_AUTO_TEST_CASE(a_directory_is_of_one_topic_and_does_not_open_without_it) {
  TemporaryDirectory directory;
  const KafkaNode::Options options{.partitions = 1, .directory = directory.path()};
  {
    KafkaNode node(MakeTopic(1), options);
    BOOST_TEST(node.Append(SomeOrder(1)).status.ok());
  }
  {
    KafkaNode elsewhere(MakeTopic(1), options);
    BOOST_TEST(elsewhere.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
    BOOST_TEST(Records(elsewhere) == 1u);
  }
  partition::ClusterOptions embedded;
  embedded.data_directory = directory.path();
  embedded.now = [] { return At("2026-01-01"); };
  BOOST_TEST(ReasonName(partition::Cluster::Open(std::move(embedded)).status()) == "SOURCE_FOREIGN");
}

BOOST_AUTO_TEST_CASE(a_node_whose_topic_is_another_refuses_what_is_appended_and_writes_nothing_there) {
  TemporaryDirectory directory;
  const KafkaNode::Options options{.partitions = 1, .directory = directory.path()};
  {
    KafkaNode node(MakeTopic(1), options);
    BOOST_TEST(node.Append(SomeOrder(1)).status.ok());
  }
  const std::string another = MakeTopic(1);
  KafkaNode node(another, options);
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
  BOOST_TEST(ReasonName(node.Append(SomeOrder(2)).status) == "SOURCE_FOREIGN");
  BOOST_TEST(ReasonName(node.cluster().AdvanceClock(At("2025-01-01"), "urn:test")) == "SOURCE_FOREIGN");
  std::vector<std::pair<PartitionId, partition::Submission>> together;
  together.emplace_back(PartitionId(0), SubmissionOf(SomeOrder(3)));
  BOOST_TEST(ReasonName(node.kafka().SubmitTogether(std::move(together)).front().front().status) == "SOURCE_FOREIGN");
  BOOST_TEST(!node.cluster().StatusOf(PartitionId(0)).accepts_writes);
  BOOST_TEST(TopicWriter(another).Write(0, SubmissionOf(SomeOrder(9))) == 0u);  // the first there
}

BOOST_AUTO_TEST_CASE(a_topic_that_was_replaced_stops_its_partition_and_is_never_taken_for_the_old_one) {
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1});
  for (int i = 0; i < 3; ++i) BOOST_TEST(node.Append(SomeOrder(i)).status.ok());
  const std::string roots = node.Roots();
  node.Close();
  DeleteTopic(topic);
  const auto make = [&] {
    auto admin = kafka::Admin::Make({Brokers(), {}}).value();
    return admin->Create({topic, 1, 1, {{"message.timestamp.type", "LogAppendTime"}}}, std::chrono::seconds(60)).ok();
  };
  BOOST_REQUIRE(Eventually(make));
  node.Open();
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::SOURCE_DIVERGED));  // it ends before what was applied
  BOOST_TEST(ReasonName(node.Append(SomeOrder(3)).status) == "SOURCE_DIVERGED");
  TopicWriter writer(topic);
  BOOST_TEST(writer.Write(0, SubmissionOf(SomeOrder(10))) == 0u);  // what was refused is not there
  for (int i = 11; i < 20; ++i) writer.Write(0, SubmissionOf(SomeOrder(i)));
  node.Close();
  node.Open();
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::SOURCE_DIVERGED));  // it is longer, and another
  BOOST_TEST(node.Roots() == roots);
}

BOOST_AUTO_TEST_CASE(records_that_retention_deleted_before_they_were_applied_are_missed_aloud) {
  const std::string topic = MakeTopic(1);
  TopicWriter writer(topic);
  KafkaNode node(topic, {.partitions = 1});
  BOOST_TEST(node.Append(SomeOrder(0)).status.ok());
  node.Close();
  for (int i = 1; i < 10; ++i) writer.Write(0, SubmissionOf(SomeOrder(i)));
  DeleteRecordsBefore(topic, 0, 5);
  node.Open();
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::SOURCE_TRUNCATED));
  BOOST_TEST(Records(node) == 1u);
}

namespace {

KafkaNode::Options AtUtcOffset(int32_t minutes) {
  return {.adjust = [minutes](partition::ClusterOptions& options) { options.settings.utc_offset_minutes = minutes; }};
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_node_of_another_utc_offset_stops_and_writes_nothing_and_a_lost_disk_begun_again_with_the_right_one_goes_on) {
  const std::string topic = MakeTopic(2);
  KafkaNode shanghai(topic, AtUtcOffset(8 * 60));
  BOOST_TEST(shanghai.Append(SomeOrder(0)).status.ok());
  const PartitionId told = shanghai.cluster().PartitionOf(SomeOrder(0).account_id);

  KafkaNode utc(topic, AtUtcOffset(0));
  BOOST_TEST(utc.Reaches(told, Reason::SOURCE_FOREIGN));
  const std::string said(utc.kafka().StatusOf(told).state.message());
  BOOST_TEST(said.find("--utc-offset +08:00") != std::string::npos, said);
  // Of a node that has applied nothing it was said that nothing waits for long.
  BOOST_TEST(Eventually([&] {
    const intake::SourceStatus status = utc.kafka().StatusOf(told);
    return status.end_offset > status.applied_offset && status.lag_seconds > 0;
  }));
  // Nor where nobody has said anything yet.
  for (int i = 0; i < 7; ++i) BOOST_TEST(ReasonName(utc.Append(SomeOrder(100 + i)).status) == "SOURCE_FOREIGN");
  BOOST_TEST(Records(utc) == 0u);

  KafkaNode again(topic, AtUtcOffset(8 * 60));
  for (int i = 1; i < 8; ++i) BOOST_TEST(again.Append(SomeOrder(i)).status.ok());
  BOOST_REQUIRE(again.CatchUp() && shanghai.CatchUp());
  BOOST_TEST(again.Roots() == shanghai.Roots());
  BOOST_TEST(Records(shanghai) == 8u);
}

BOOST_AUTO_TEST_CASE(the_first_utc_offset_in_a_topic_decides_and_records_of_older_nodes_say_none) {
  const std::string topic = MakeTopic(1);
  KafkaNode::Options options = AtUtcOffset(8 * 60);
  options.partitions = 1;
  TopicWriter writer(topic);
  writer.Write(0, SubmissionOf(SomeOrder(0)));  // as an older version would
  KafkaNode node(topic, options);
  BOOST_TEST(node.Append(SomeOrder(1)).status.ok());
  const auto write_from_elsewhere = [&](int order) {
    const std::string value = partition::EncodeSubmission(SubmissionOf(SomeOrder(order)));
    writer.Write(
        {0, std::nullopt, value, {{intake::kContentTypeHeader, partition::kSubmissionContentType}, {intake::kUtcOffsetHeader, "-03:30"}}});
  };
  write_from_elsewhere(2);
  BOOST_REQUIRE(node.CatchUp());
  node.Close();
  write_from_elsewhere(3);
  node.Open();
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(node.Append(SomeOrder(4)).status.ok());
  BOOST_TEST(Records(node) == 5u);
  KafkaNode::Options elsewhere = AtUtcOffset(-210);
  elsewhere.partitions = 1;
  KafkaNode late(topic, elsewhere);
  BOOST_TEST(late.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
  BOOST_TEST(Eventually([&] { return Records(late) == 1u; }));
}

BOOST_AUTO_TEST_CASE(what_an_account_tells_another_arrives_once_however_many_nodes_tell_it) {
  const std::string topic = MakeTopic(2);
  KafkaNode one(topic), two(topic);
  for (int i = 0; i < 20; ++i) {
    event::v1::ReferralReceived referral;
    referral.set_referral_id("r-" + std::to_string(i));
    referral.set_referred_account_id("referred-" + std::to_string(i));
    referral.set_referral_class(event::v1::REFERRAL_CLASS_LIKELY);
    const auto made = one.Append(EventOf("ACME", "r-" + std::to_string(i), "2024-03-01", referral));
    BOOST_REQUIRE_MESSAGE(made.status.ok(), made.status.message());
  }
  const auto told = [](KafkaNode& node) {
    int known = 0;
    for (int i = 0; i < 20; ++i) {
      const std::string account = "referred-" + std::to_string(i);
      const auto read = partition::ReadAccount(*node.cluster().ViewOf(node.cluster().PartitionOf(account)), account, {});
      known += read.ok() && read->core.referred_by.has_value();
    }
    return known;
  };
  BOOST_TEST(Eventually([&] { return told(one) == 20 && told(two) == 20; }));
  BOOST_REQUIRE(one.CatchUp() && two.CatchUp());
  BOOST_TEST(Records(one) == 40u);
  BOOST_TEST(one.Roots() == two.Roots());
}

BOOST_AUTO_TEST_CASE(what_a_full_disk_did_not_take_is_read_again_and_applied_once_when_there_is_room) {
  const std::string topic = MakeTopic(1);
  TopicWriter writer(topic);
  KafkaNode node(topic, {.partitions = 1});
  for (int i = 0; i < 800; ++i) {
    writer.Queue(0, SubmissionOf(LargeOrder(i, 4'000)));
  }
  writer.Flush();
  BOOST_REQUIRE(node.CatchUp());
  {
    const FilesAtMost full(1u << 20);
    QueueOrders(writer, 1, 800, 900);
    BOOST_TEST(Eventually([&] { return !node.cluster().StatusOf(PartitionId(0)).accepts_writes; }));
    BOOST_TEST(Records(node) == 800u);
  }
  node.Close();
  node.Open();
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 900u);
  KafkaNode undisturbed(topic, {.partitions = 1});
  BOOST_REQUIRE(undisturbed.CatchUp());
  BOOST_TEST(undisturbed.Roots() == node.Roots());
}

BOOST_AUTO_TEST_CASE(a_directory_that_was_embedded_is_the_base_of_its_topic) {
  TemporaryDirectory directory;
  AppendEmbedded(directory.path(), 10);
  KafkaNode node(MakeTopic(1), {.partitions = 1, .directory = directory.path()});
  BOOST_TEST(node.Append(SomeOrder(3)).duplicate);
  BOOST_TEST(node.Append(SomeOrder(10)).position.value == 10u);
  BOOST_TEST(node.cluster().ViewOf(PartitionId(0))->source.next_offset == 3u);  // the topic's first record says what the base is
}

BOOST_AUTO_TEST_CASE(a_topic_that_goes_on_from_a_directory_is_followed_by_its_copies_and_by_no_other) {
  TemporaryDirectory moved, copied, another;
  AppendEmbedded(moved.path(), 10);
  AppendEmbedded(another.path(), 4);
  std::filesystem::copy(moved.path(), copied.path(), std::filesystem::copy_options::recursive);
  const std::string topic = MakeTopic(1);
  KafkaNode node(topic, {.partitions = 1, .directory = moved.path()});
  KafkaNode copy(topic, {.partitions = 1, .directory = copied.path()});
  BOOST_TEST(node.Append(SomeOrder(20)).status.ok());
  BOOST_REQUIRE(copy.CatchUp());
  BOOST_TEST(copy.Roots() == node.Roots());
  KafkaNode other(topic, {.partitions = 1, .directory = another.path()});
  KafkaNode empty(topic, {.partitions = 1});
  for (KafkaNode* stranger : {&other, &empty}) {
    BOOST_TEST(stranger->Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
    BOOST_TEST(ReasonName(stranger->Append(SomeOrder(21)).status) == "SOURCE_FOREIGN");
  }
  BOOST_TEST(Records(other) == 4u);
  BOOST_TEST(Records(empty) == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_that_was_there_before_a_directory_was_moved_to_its_topic_does_not_follow_it) {
  TemporaryDirectory moved;
  AppendEmbedded(moved.path(), 10);
  const std::string topic = MakeTopic(1);
  KafkaNode empty(topic, {.partitions = 1});
  KafkaNode node(topic, {.partitions = 1, .directory = moved.path()});
  BOOST_TEST(node.Append(SomeOrder(20)).position.value == 10u);
  BOOST_TEST(empty.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
  BOOST_TEST(ReasonName(empty.Append(SomeOrder(21)).status) == "SOURCE_FOREIGN");
  empty.Close();
  empty.Open();
  BOOST_TEST(empty.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
  BOOST_TEST(Records(empty) == 0u);
  BOOST_REQUIRE(node.CatchUp());
  BOOST_TEST(Records(node) == 11u);
}

BOOST_AUTO_TEST_CASE(a_directory_that_was_embedded_does_not_follow_a_topic_that_holds_something_else) {
  TemporaryDirectory directory;
  AppendEmbedded(directory.path(), 10);
  const std::string topic = MakeTopic(1);
  TopicWriter(topic).Write(0, SubmissionOf(SomeOrder(20)));
  KafkaNode node(topic, {.partitions = 1, .directory = directory.path()});
  BOOST_TEST(node.Reaches(PartitionId(0), Reason::SOURCE_FOREIGN));
  BOOST_TEST(Records(node) == 10u);
}
