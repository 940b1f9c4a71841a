// The daemon is killed while events flow: each is applied once, and the log is
// the one of a node that nobody disturbed.
//   kafka_crash_test -- --events 1000000      the full number; the default is what a small machine does in a minute
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <random>
#include <thread>

#include "partition/partitioner.h"
#include "support/kafka_node.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr int kKills = 20;
constexpr uint32_t kPartitions = 4;
constexpr int kEventsDefault = 40'000;

int Events() {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i + 1 < suite.argc; ++i)
    if (std::string(suite.argv[i]) == "--events") return std::atoi(suite.argv[i + 1]);
  return kEventsDefault;
}

// guanxid, for as long as this lives; its end is SIGKILL.
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
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    BOOST_REQUIRE_EQUAL(posix_spawn(&pid_, program.c_str(), &files, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&files);
  }
  // True: it was running until now.
  bool Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    return WIFSIGNALED(status);
  }

 private:
  pid_t pid_ = 0;
};

codec::Record OrderNumber(int number) {
  return Order("account-" + std::to_string(number % 997), "o-" + std::to_string(number), "2024-03-01T09:30:00Z", number % 5000 + 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_daemon_killed_at_twenty_random_moments_has_the_log_of_one_that_was_not) {
  const uint64_t seed = std::random_device()();
  std::mt19937_64 random(seed);
  BOOST_TEST_INFO_SCOPE("seed " << seed);
  const int events = Events();
  const std::string topic = MakeTopic(kPartitions);
  TemporaryDirectory directory;
  TopicWriter writer(topic);
  int written = 0;
  const auto write_until = [&](int end) {
    for (; written < end; ++written) {
      // One in twenty comes again, as a producer without idempotence would send it.
      for (int copies = random() % 20 == 0 ? 2 : 1; copies > 0; --copies) {
        codec::Record order = OrderNumber(written);
        const uint32_t p = partition::PartitionOf(order.account_id, kPartitions).value;
        writer.Queue(p, SubmissionOf(std::move(order)));
      }
    }
    writer.Flush();
  };
  write_until(1);
  for (int i = 0; i < kKills; ++i) {
    Daemon daemon(directory.path() + "/data", topic);
    std::thread flow([&] { write_until(static_cast<int>(int64_t{events} * (i + 1) / kKills)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(300 + random() % 1500));
    BOOST_TEST(daemon.Kill());
    flow.join();
  }
  KafkaNode killed(topic, {.partitions = kPartitions, .directory = directory.path() + "/data"});
  KafkaNode undisturbed(topic, {.partitions = kPartitions});
  BOOST_REQUIRE(killed.CatchUp() && undisturbed.CatchUp());
  uint64_t records = 0;
  for (uint32_t p = 0; p < kPartitions; ++p) records += killed.cluster().ViewOf(PartitionId(p))->log_size;
  BOOST_TEST(records == static_cast<uint64_t>(events));
  BOOST_TEST(killed.Roots() == undisturbed.Roots());
  for (int account = 0; account < 997; account += 13) {
    const std::string id = "account-" + std::to_string(account);
    BOOST_TEST((killed.StateOf(id) == undisturbed.StateOf(id)));
  }
}
