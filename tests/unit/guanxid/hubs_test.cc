// What the daemon's handlers wait with: workers, wakes after commits, reads that
// wait for a position. From many threads at once, over a cluster that commits.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <future>

#include "guanxid/fresh_reads.h"
#include "guanxid/tail_hub.h"
#include "support/at_once.h"
#include "support/cluster_fixture.h"

using namespace guanxi;
using namespace guanxi::test;
using namespace guanxi::service;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 50;
const std::string kAccount = "acme";

// A log that is ordered elsewhere: the test says what comes from there.
struct Elsewhere final : partition::Intake {
  bool TrySubmit(PartitionId, partition::Submission&, std::function<void(partition::SubmissionResult)>&) override { return false; }
  std::vector<partition::SubmissionResult> SubmitTogether(std::vector<std::pair<PartitionId, partition::Submission>>) override {
    return {};
  }
  absl::Status Accepts(PartitionId) const override { return absl::OkStatus(); }
  bool HasSeenThePast() const override { return false; }
  absl::Status CatchUp(Clock::time_point) override { return absl::OkStatus(); }
  void ReadAgain(PartitionId, uint64_t) override {}
};

// In the order in which the daemon has them.
struct Hubs {
  explicit Hubs(partition::Intake* intake = nullptr)
      : fixture(1, [intake](partition::ClusterOptions& options) { options.intake = intake; }) {}

  ClusterFixture fixture;
  CommitHub commits{fixture.cluster()};
  Workers workers{kThreads};
  FreshReads reads{fixture.cluster(), commits, workers};
  std::shared_ptr<TailHub> tails = TailHub::Make(commits, workers, std::chrono::milliseconds(1));

  void Write(const std::string& id) {
    const auto outcome = fixture.Append(Order(kAccount, id, "2025-03-01", 1));
    Must(outcome.status.ok(), std::string(outcome.status.message()));
  }
  // The record at an offset of the source: always the same event, so that the log grows by the first of them alone.
  void Take(uint64_t offset) {
    std::vector<partition::SourceStep> steps(1);
    steps[0].source = std::make_shared<const std::string>("elsewhere");
    steps[0].run = 1;
    steps[0].after = offset;
    steps[0].offset = offset;
    steps[0].next = offset + 1;
    steps[0].recorded_at = At("2025-03-02");
    steps[0].submission.events.push_back(Order(kAccount, "o-1", "2025-03-01", 1));
    Must(fixture.cluster().TryApply(PartitionId(0), steps), "the queue is full");
  }
  uint64_t log_size() { return fixture.ViewFor(kAccount)->log_size; }
  uint64_t next_offset() { return fixture.ViewFor(kAccount)->source.next_offset; }
};

Freshness ThatShows(uint64_t position) { return {.positions = {{0, position}}, .offsets = {}}; }
Freshness ThatShowsOffset(uint64_t offset) { return {.positions = {}, .offsets = {{0, offset}}}; }

// Comes and goes while commits are told of; whoever has left is told nothing more.
template <class Hub>
void ComeAndGo(Hub& hub) {
  for (int i = 0; i < kRounds; ++i) {
    std::atomic<bool> has_left{false}, told_late{false};
    const uint64_t id = hub.Add([&] {
      if (has_left) told_late = true;
    });
    std::this_thread::yield();
    hub.Remove(id);
    has_left = true;
    Must(!told_late, "a wake ran after it was removed");
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hubs)

BOOST_AUTO_TEST_CASE(work_that_many_threads_post_is_done_once_and_a_forgotten_timer_is_not) {
  std::atomic<int> done{0}, late{0};
  {
    Workers workers(kThreads);
    AtOnce posting;
    for (int thread = 0; thread < kThreads; ++thread)
      posting.Run([&] {
        std::vector<Workers::Timer> kept;
        for (int i = 0; i < kRounds; ++i) {
          workers.Post([&] { ++done; });
          kept.push_back(workers.At(Clock::now(), [&] { ++done; }));
          (void)workers.At(Clock::now() + std::chrono::hours(1), [&] { ++late; });
        }
        while (done < 2 * kThreads * kRounds) std::this_thread::yield();
      });
    BOOST_TEST(posting.Complaints() == "");
  }
  BOOST_TEST(done == 2 * kThreads * kRounds);
  BOOST_TEST(late == 0);
}

BOOST_AUTO_TEST_CASE(who_follows_commits_is_told_of_the_last_one_and_of_nothing_after_leaving) {
  Hubs hubs;
  std::promise<void> all_told;
  std::atomic<bool> told{false};
  const uint64_t last = uint64_t{kThreads} * kRounds;
  const uint64_t follower = hubs.tails->Add([&] {
    if (hubs.log_size() == last && !told.exchange(true)) all_told.set_value();
  });
  AtOnce threads;
  for (int writer = 0; writer < kThreads; ++writer)
    threads.Run([&, writer] {
      for (int i = 0; i < kRounds; ++i) hubs.Write(std::to_string(writer) + "-" + std::to_string(i));
    });
  threads.Run([&] { ComeAndGo(hubs.commits); });
  threads.Run([&] { ComeAndGo(*hubs.tails); });
  BOOST_TEST(threads.Complaints() == "");
  all_told.get_future().wait();
  hubs.tails->Remove(follower);
}

BOOST_AUTO_TEST_CASE(reads_that_wait_run_once_when_their_position_is_there) {
  Hubs hubs;
  std::atomic<int> ran{0}, too_early{0};
  const auto wait_for = [&](uint64_t position) {
    hubs.reads.RunAt(position % 2 == 0, ThatShows(position), Clock::now() + std::chrono::hours(1), [&, position] {
      if (hubs.log_size() <= position) ++too_early;
      ++ran;
    });
  };
  AtOnce threads;
  threads.Run([&] {
    for (int i = 0; i < kRounds; ++i) hubs.Write(std::to_string(i));
  });
  for (int reader = 0; reader < kThreads; ++reader)
    threads.Run([&] {
      for (uint64_t position = 0; position < kRounds; ++position) wait_for(position);
    });
  BOOST_TEST(threads.Complaints() == "");
  while (ran < kThreads * kRounds) std::this_thread::yield();
  BOOST_TEST(too_early == 0);
}

BOOST_AUTO_TEST_CASE(reads_that_ask_for_an_offset_run_once_when_it_is_applied_though_it_left_no_record) {
  Elsewhere elsewhere;
  Hubs hubs(&elsewhere);
  std::atomic<int> ran{0}, too_early{0};
  for (uint64_t offset = 0; offset < kRounds; ++offset) {
    const auto read = [&, offset] {
      if (hubs.next_offset() <= offset || !CheckFresh(*hubs.fixture.ViewFor(kAccount), ThatShowsOffset(offset)).ok()) ++too_early;
      ++ran;
    };
    hubs.reads.RunAt(true, ThatShowsOffset(offset), Clock::now() + std::chrono::hours(1), read);
  }
  // A short one would have run on this thread.
  BOOST_TEST(ran == 0);
  BOOST_TEST(absl::IsUnavailable(CheckFresh(*hubs.fixture.ViewFor(kAccount), ThatShowsOffset(0))));
  for (uint64_t offset = 0; offset < kRounds; ++offset) hubs.Take(offset);
  while (ran < kRounds) std::this_thread::yield();
  BOOST_TEST(too_early == 0);
  BOOST_TEST(hubs.log_size() == 1u);
}

BOOST_AUTO_TEST_CASE(reads_that_wait_in_vain_run_once_at_their_deadline_or_at_the_stop) {
  std::atomic<int> ran{0};
  {
    Hubs hubs;
    AtOnce threads;
    for (int reader = 0; reader < kThreads; ++reader)
      threads.Run([&] {
        for (int i = 0; i < kRounds; ++i) {
          const auto deadline = i % 2 == 0 ? std::chrono::milliseconds(i % 5) : std::chrono::hours(1);
          hubs.reads.RunAt(false, ThatShows(1'000'000), Clock::now() + deadline, [&] { ++ran; });
        }
      });
    threads.Run([&] {
      for (int i = 0; i < kRounds; ++i) hubs.Write(std::to_string(i));
      hubs.commits.Stop();
    });
    BOOST_TEST(threads.Complaints() == "");
    while (ran < kThreads * kRounds) std::this_thread::yield();
  }
  BOOST_TEST(ran == kThreads * kRounds);
}

BOOST_AUTO_TEST_SUITE_END()
