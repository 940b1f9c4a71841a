// Nodes of a cluster whose log is a topic of the real broker that ctest's
// fixture runs, and a producer to that topic. Each topic is new.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/reason.h"
#include "intake/kafka_intake.h"
#include "kafka/producer.h"
#include "support/cluster_fixture.h"
#include "support/temporary_directory.h"

namespace guanxi::test {

// "host:port" of the fixture's broker; starts it when a test is run by hand.
const std::string& Brokers();

// A topic that nobody else uses, set up for a log but for `settings`.
std::string MakeTopic(uint32_t partitions, std::map<std::string, std::string> settings = {});
void DeleteTopic(const std::string& topic);

// Waits, for minutes if it must, until `holds`; false: it did not come to be.
bool Eventually(const std::function<bool()>& holds);

// A cluster in a directory of its own, or in `directory`, fed by the topic.
class KafkaNode {
 public:
  struct Options {
    uint32_t partitions = 2;
    std::string directory;
    std::function<void(partition::ClusterOptions&)> adjust;
    std::chrono::milliseconds outcome_timeout{60'000};
    std::string brokers = Brokers();
    std::function<void()> before_commit = [] {};  // as in KafkaIntakeOptions
    std::chrono::milliseconds together_open_max{10'000};
  };
  explicit KafkaNode(std::string topic) : KafkaNode(std::move(topic), Options()) {}
  KafkaNode(std::string topic, Options options);
  ~KafkaNode() { Close(); }
  void Open();
  void Close();

  partition::Cluster& cluster() { return *cluster_; }
  intake::KafkaIntake& kafka() { return *kafka_; }
  const std::string& directory() const { return directory_; }

  partition::SubmissionResult Append(partition::Submission submission);
  partition::EventOutcome Append(codec::Record record, bool strict = false, std::optional<uint64_t> expected_version = {});
  // Until every partition has applied what the topic holds now.
  bool CatchUp();
  // Until the partition's state has that reason; false: it did not come to.
  bool Reaches(PartitionId partition, Reason reason);
  // The roots of all partitions, hexadecimal, with their sizes.
  std::string Roots();
  std::string StateOf(const std::string& account);

 private:
  const std::string topic_;
  const Options options_;
  TemporaryDirectory own_;
  std::string directory_;
  std::unique_ptr<intake::KafkaIntake> kafka_;
  std::unique_ptr<partition::Cluster> cluster_;
};

// Writes to the topic as any client may. Throws when a record is not acknowledged.
class TopicWriter {
 public:
  explicit TopicWriter(const std::string& topic, const std::string& brokers = Brokers());
  // The offset it got.
  uint64_t Write(const kafka::OutgoingRecord& record);
  uint64_t Write(uint32_t partition, const partition::Submission& submission);
  // Without waiting; Flush does.
  void Queue(uint32_t partition, const partition::Submission& submission);
  void Flush();

 private:
  std::unique_ptr<kafka::Producer> producer_;
};

partition::Submission SubmissionOf(codec::Record record);

}  // namespace guanxi::test
