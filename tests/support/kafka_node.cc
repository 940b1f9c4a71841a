#include "support/kafka_node.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <thread>

#include "base/reason.h"
#include "intake/message_reader.h"
#include "intake/topic_rules.h"
#include "ledger/hash.h"
#include "partition/submission_coding.h"
#include "relations/row_coding.h"

namespace guanxi::test {
namespace {

constexpr std::chrono::seconds kAdminMax{60};
constexpr std::chrono::minutes kEventuallyMax{4};

[[noreturn]] void Fail(const absl::Status& status) { throw std::runtime_error(std::string(status.message())); }

std::string StartBroker() {
  const char* const folder = std::getenv("GUANXI_KAFKA_DIR");
  if (folder == nullptr) throw std::runtime_error("say where the broker is: GUANXI_KAFKA_DIR");
  const std::string command = std::string(GUANXI_SOURCE_DIR "/tools/kafka start --port 0 --sasl --tls --dir ") + folder;
  FILE* const said = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> bytes;
  while (const size_t n = fread(bytes.data(), 1, bytes.size(), said)) text.append(bytes.data(), n);
  pclose(said);
  const std::string word = "bootstrap=";
  const size_t at = text.find(word);
  if (at == std::string::npos) throw std::runtime_error("tools/kafka did not start: " + text);
  return text.substr(at + word.size(), text.find(' ', at) - at - word.size());
}

kafka::Admin& SharedAdmin() {
  static const std::unique_ptr<kafka::Admin> admin = kafka::Admin::Make({Brokers(), {}}).value();
  return *admin;
}

}  // namespace

const std::string& Brokers() {
  static const std::string brokers = StartBroker();
  return brokers;
}

std::string MakeTopic(uint32_t partitions, std::map<std::string, std::string> settings) {
  static std::atomic<int> made{0};
  const std::string name = "t-" + std::to_string(getpid()) + "-" + std::to_string(++made);
  settings.merge(intake::EventsTopicSettings());
  if (const auto status = SharedAdmin().Create({name, partitions, 1, settings}, kAdminMax); !status.ok()) Fail(status);
  // The answer may come before the topic can be described.
  if (!Eventually([&] { return SharedAdmin().Describe(name, kAdminMax).ok(); })) throw std::runtime_error("no topic " + name);
  return name;
}

void DeleteTopic(const std::string& topic) {
  if (const auto status = SharedAdmin().Delete(topic, kAdminMax); !status.ok()) Fail(status);
  Eventually([&] { return !SharedAdmin().Describe(topic, kAdminMax).ok(); });
}

bool Eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kEventuallyMax;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

partition::Submission SubmissionOf(codec::Record record) {
  partition::Submission submission;
  submission.events.push_back(std::move(record));
  return submission;
}

KafkaNode::KafkaNode(std::string topic, Options options)
    : topic_(std::move(topic)), options_(std::move(options)), directory_(options_.directory.empty() ? own_.path() : options_.directory) {
  Open();
}

void KafkaNode::Open() {
  intake::KafkaIntakeOptions kafka;
  kafka.connection.brokers = options_.brokers;
  kafka.topic = topic_;
  kafka.outcome_timeout = options_.outcome_timeout;
  kafka.before_commit = options_.before_commit;
  kafka.together_open_max = options_.together_open_max;
  auto opened = intake::KafkaIntake::Open(kafka);
  if (!opened.ok()) Fail(opened.status());
  kafka_ = *std::move(opened);
  partition::ClusterOptions options;
  options.data_directory = directory_;
  options.settings.partitions = options_.partitions;
  options.settings.log_epoch = "of the test";
  options.wall_clock = false;
  options.intake = kafka_.get();
  // Far off, so that a log which took its time from the node would show it.
  options.now = [] { return At("2001-01-01"); };
  if (options_.adjust) options_.adjust(options);
  auto cluster = partition::Cluster::Open(std::move(options));
  if (!cluster.ok()) Fail(cluster.status());
  cluster_ = *std::move(cluster);
  kafka_->Start(*cluster_);
}

void KafkaNode::Close() {
  if (kafka_ != nullptr) kafka_->Stop();
  cluster_.reset();
  kafka_.reset();
}

partition::SubmissionResult KafkaNode::Append(partition::Submission submission) {
  const PartitionId to = cluster_->PartitionOf(submission.events.front().account_id);
  return cluster_->SubmitAndWait(to, std::move(submission));
}

partition::EventOutcome KafkaNode::Append(codec::Record record, bool strict, std::optional<uint64_t> expected_version) {
  partition::Submission submission = SubmissionOf(std::move(record));
  submission.strict = strict;
  submission.expected_version = expected_version;
  return Append(std::move(submission)).front();
}

bool KafkaNode::CatchUp() {
  intake::KafkaIntake::Ends ends = absl::UnavailableError("not asked yet");
  const bool asked = Eventually([&] {
    std::promise<intake::KafkaIntake::Ends> answer;
    kafka_->AskEnds([&](const auto& given) { answer.set_value(given); });
    ends = answer.get_future().get();
    return ends.ok();
  });
  return asked && Eventually([&] {
           for (uint32_t p = 0; p < cluster_->partitions(); ++p)
             if (cluster_->ViewOf(PartitionId(p))->source.next_offset < (*ends)[p]) return false;
           return true;
         });
}

bool KafkaNode::Reaches(PartitionId partition, Reason reason) {
  return Eventually([&] {
    const ReasonEntry* const found = ReasonOf(kafka_->StatusOf(partition).state);
    return found != nullptr && found->reason == reason;
  });
}

std::string KafkaNode::Roots() {
  std::string roots;
  for (uint32_t p = 0; p < cluster_->partitions(); ++p) {
    const partition::ViewPtr view = cluster_->ViewOf(PartitionId(p));
    roots += std::to_string(view->log_size) + " " + ledger::ToHex(ledger::HashFromBytes(view->root)) + "\n";
  }
  return roots;
}

std::string KafkaNode::StateOf(const std::string& account) {
  const auto read = partition::ReadAccount(*cluster_->ViewOf(cluster_->PartitionOf(account)), account, {});
  if (!read.ok()) return std::string(read.status().message());
  return relations::EncodedCore(read->core);
}

TopicWriter::TopicWriter(const std::string& topic, const std::string& brokers) {
  auto made = kafka::Producer::Make({{brokers, {}}, topic});
  if (!made.ok()) Fail(made.status());
  producer_ = *std::move(made);
}

uint64_t TopicWriter::Write(const kafka::OutgoingRecord& record) {
  std::promise<kafka::Delivery> delivered;
  const auto sent = producer_->Send(record, [&](const kafka::Delivery& delivery) { delivered.set_value(delivery); });
  if (!sent.ok()) Fail(sent);
  const kafka::Delivery delivery = delivered.get_future().get();
  if (!delivery.status.ok()) Fail(delivery.status);
  return delivery.offset;
}

uint64_t TopicWriter::Write(uint32_t partition, const partition::Submission& submission) {
  const std::string value = partition::EncodeSubmission(submission);
  return Write({partition, submission.events.front().account_id, value, {{intake::kContentTypeHeader, partition::kSubmissionContentType}}});
}

void TopicWriter::Queue(uint32_t partition, const partition::Submission& submission) {
  const std::string value = partition::EncodeSubmission(submission);
  const kafka::OutgoingRecord record{
      partition, submission.events.front().account_id, value, {{intake::kContentTypeHeader, partition::kSubmissionContentType}}};
  while (!producer_->Send(record, nullptr).ok()) producer_->Flush(std::chrono::milliseconds(10));
}

void TopicWriter::Flush() {
  if (!producer_->Flush(kAdminMax)) throw std::runtime_error("the topic did not take the records");
}

}  // namespace guanxi::test
