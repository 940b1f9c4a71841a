// The daemon is killed while events flow: each is applied once, and the log is
// the one of a node that nobody disturbed.
//   tools/crash --kafka --events 1000000 --kills 20      the full number
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string_view>
#include <thread>

#include "partition/partitioner.h"
#include "support/kafka_node.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

using std::chrono::milliseconds;

constexpr uint32_t kPartitions = 4;
constexpr int kAccounts = 997;
// A daemon's life is written into in so many parts.
constexpr int kSlices = 20;

int Argument(const std::string& name, int otherwise) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i)
    if (suite.argv[i] == name) return std::atoi(suite.argv[i + 1]);
  return otherwise;
}

// guanxid, for as long as this lives: from when it says that it is ready to SIGKILL.
class Daemon {
 public:
  Daemon(const std::string& data, const std::string& topic) {
    const std::string program = std::string(std::getenv("GUANXI_BIN")) + "/guanxid";
    std::vector<std::string> words = {program,   "--data", data,       "--kafka-brokers", Brokers(), "--kafka-topic", topic,
                                      "--clock", "events", "--listen", "127.0.0.1:0",     "--http",  "127.0.0.1:0"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    int ends[2];
    BOOST_REQUIRE_EQUAL(pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    BOOST_REQUIRE_EQUAL(posix_spawn(&pid_, program.c_str(), &files, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    said_.reset(fdopen(ends[0], "r"));
    char line[4096] = "";
    const bool is_ready = fgets(line, sizeof line, said_.get()) != nullptr && std::string_view(line).starts_with("guanxid ready");
    BOOST_REQUIRE_MESSAGE(is_ready, "guanxid did not come up: " << line);
  }
  // True: it was running until now.
  bool Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFSIGNALED(status);
  }

 private:
  struct Close {
    void operator()(FILE* file) const { fclose(file); }
  };
  pid_t pid_ = 0;
  std::unique_ptr<FILE, Close> said_;
};

codec::Record OrderNumber(int number) {
  return Order("account-" + std::to_string(number % kAccounts), "o-" + std::to_string(number), "2024-03-01T09:30:00Z", number % 5000 + 1);
}

// Orders, each once or, one in twenty, twice, as a producer without idempotence would send it.
class Flow {
 public:
  Flow(const std::string& topic, uint64_t seed) : writer_(topic), random_(seed) {}
  void WriteUntil(int end) {
    for (; written_ < end; ++written_) {
      for (int copies = random_() % 20 == 0 ? 2 : 1; copies > 0; --copies) {
        codec::Record order = OrderNumber(written_);
        const uint32_t p = partition::PartitionOf(order.account_id, kPartitions).value;
        writer_.Queue(p, SubmissionOf(std::move(order)));
      }
    }
    writer_.Flush();
  }
  // In slices, so that there is always something on its way.
  void WriteUntil(int end, milliseconds life) {
    const int from = written_;
    for (int slice = 1; slice <= kSlices; ++slice) {
      WriteUntil(from + static_cast<int>(int64_t{end - from} * slice / kSlices));
      std::this_thread::sleep_for(life / kSlices);
    }
  }

 private:
  TopicWriter writer_;
  std::mt19937_64 random_;
  int written_ = 0;
};

uint64_t Records(KafkaNode& node) {
  uint64_t records = 0;
  for (uint32_t p = 0; p < kPartitions; ++p) records += node.cluster().ViewOf(PartitionId(p))->log_size;
  return records;
}

// By a node that no broker answers: it reads nothing more.
uint64_t RecordsIn(const std::string& directory, const std::string& topic) {
  KafkaNode node(topic, {.partitions = kPartitions, .directory = directory, .brokers = "127.0.0.1:1"});
  return Records(node);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_daemon_killed_at_random_moments_has_the_log_of_one_that_was_not) {
  const int events = Argument("--events", 20'000), kills = Argument("--kills", 5);
  const uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  const std::string topic = MakeTopic(kPartitions);
  TemporaryDirectory directory;
  Flow flow(topic, seed);
  flow.WriteUntil(1);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < kills; ++i) {
    Daemon daemon(directory.path() + "/data", topic);
    const milliseconds life(300 + random() % 1500);
    std::thread writing([&] { flow.WriteUntil(static_cast<int>(int64_t{events} * (i + 1) / kills), life); });
    std::this_thread::sleep_for(life);
    BOOST_TEST(daemon.Kill());
    writing.join();
  }
  const uint64_t before_the_last = RecordsIn(directory.path() + "/data", topic);
  BOOST_TEST(before_the_last > 0u);
  KafkaNode killed(topic, {.partitions = kPartitions, .directory = directory.path() + "/data"});
  KafkaNode undisturbed(topic, {.partitions = kPartitions});
  BOOST_REQUIRE(killed.CatchUp() && undisturbed.CatchUp());
  BOOST_TEST(Records(killed) == static_cast<uint64_t>(events));
  BOOST_TEST(killed.Roots() == undisturbed.Roots());
  for (int account = 0; account < kAccounts; account += 13) {
    const std::string id = "account-" + std::to_string(account);
    BOOST_TEST((killed.StateOf(id) == undisturbed.StateOf(id)));
  }
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
  std::cout << events << " events, " << kills << " kills, " << before_the_last << " events applied at the last, " << took.count() << " s\n";
}
