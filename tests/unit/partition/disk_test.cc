// The engine on a disk that loses power, is full, fails and turns bits: whatever
// was acknowledged is there afterwards, nothing is there that was not sent, and
// nothing wrong is ever served. Compared with a model of what was acknowledged.
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <future>
#include <random>
#include <set>
#include <thread>

#include "base/reason.h"
#include "codec/record.h"
#include "partition/account_reader.h"
#include "partition/view_tree.h"
#include "relations/row_coding.h"
#include "store/faulty_disk.h"
#include "support/cluster_fixture.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::test;

namespace {

constexpr uint32_t kPartitions = 2;
constexpr size_t kQueueEvents = 1000, kCommitEvents = 100;
constexpr char kSource[] = "/test";

std::string ReasonNameOf(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return std::string(reason != nullptr ? reason->name : "no reason");
}

class OnFaultyDisk {
 public:
  explicit OnFaultyDisk(uint64_t seed) : draw(seed), disk(std::make_shared<store::FaultyDisk>(seed)) {}
  ~OnFaultyDisk() { cluster.reset(); }

  absl::Status Open() {
    partition::ClusterOptions options;
    options.data_directory = directory.path();
    options.settings.partitions = kPartitions;
    options.wall_clock = false;
    options.now = [] { return At("2026-01-01"); };
    options.disk = disk;
    options.checkpoint_records_max = 20;
    options.memtable_bytes = 1 << 20;
    options.hot_accounts_max = 3;
    options.queue_events_max = kQueueEvents;
    options.commit_events_max = kCommitEvents;
    options.checkpoint_on_close = draw() % 2 == 0;
    auto opened = partition::Cluster::Open(std::move(options));
    if (!opened.ok()) return opened.status();
    cluster = *std::move(opened);
    return absl::OkStatus();
  }
  void Close() { cluster.reset(); }
  void Reopen() {
    Close();
    const auto opened = Open();
    BOOST_REQUIRE_MESSAGE(opened.ok(), std::string(opened.message()));
  }

  // So many events at once; what was refused.
  std::vector<absl::Status> Append(int events) {
    std::vector<std::pair<std::string, std::future<partition::SubmissionResult>>> answers;
    for (int i = 0; i < events; ++i) {
      const int64_t at = At("2023-01-05").micros + static_cast<int64_t>(sent.size()) * kMicrosPerDay / 4;
      const std::string id = "o" + std::to_string(sent.size()), account = "account-" + std::to_string(draw() % 7);
      partition::Submission submission;
      submission.events.push_back(Order(account, id, FormatTimestamp(Timestamp{at}), 60'000));
      sent.insert(id);
      auto answer = std::make_shared<std::promise<partition::SubmissionResult>>();
      answers.emplace_back(id, answer->get_future());
      cluster->Submit(cluster->PartitionOf(account), std::move(submission),
                      [answer](partition::SubmissionResult result) { answer->set_value(std::move(result)); });
    }
    std::vector<absl::Status> refused;
    for (auto& [id, answer] : answers) {
      const auto outcome = answer.get().front();
      if (outcome.status.ok())
        acknowledged[id] = outcome.position;
      else
        refused.push_back(outcome.status);
    }
    KeepHeads();
    return refused;
  }
  void AppendSurely(int events) {
    const auto refused = Append(events);
    for (const auto& status : refused) BOOST_REQUIRE_MESSAGE(status.ok(), std::string(status.message()));
  }
  // Appends, time, rebuilds: whatever comes, done or refused.
  void DoSomething() {
    const uint64_t what = draw() % 12;
    if (what == 0) {
      clock.micros += 40 * kMicrosPerDay;
      cluster->AdvanceClock(clock, "test").IgnoreError();
    } else if (what == 1) {
      (void)cluster->Rebuild(PartitionId(draw() % kPartitions), draw() % 2 == 0, {});
    } else {
      Append(static_cast<int>(1 + draw() % 30));
    }
  }

  void KeepHeads() {
    for (uint32_t p = 0; p < kPartitions; ++p) {
      const auto view = cluster->ViewOf(PartitionId(p));
      heads.push_back({p, view->log_size, view->root});
    }
  }

  // Everything that is said to be there is what was appended, once; with `all`, nothing may be missing or unreadable.
  void Check(bool all = true) {
    std::map<std::string, std::vector<Position>> stored;
    for (uint32_t p = 0; p < kPartitions; ++p) {
      const auto view = cluster->ViewOf(PartitionId(p));
      auto log = view->Log();
      for (uint64_t at = 0; at < view->log_size; ++at) {
        const auto bytes = log.View(Position{at});
        if (!bytes.ok() && !all) {
          BOOST_TEST(ReasonNameOf(bytes.status()) == "STORE_CORRUPT");
          continue;
        }
        BOOST_REQUIRE_MESSAGE(bytes.ok(), std::string(bytes.status().message()));
        const auto record = codec::DecodeRecord(*bytes);
        if (!record.ok() && !all) continue;
        BOOST_REQUIRE_MESSAGE(record.ok(), "a record that does not decode");
        if (record->source == kSource) stored[std::string(record->id)].push_back(Position{at});
      }
    }
    for (const auto& [id, positions] : stored)
      BOOST_REQUIRE_MESSAGE(sent.contains(id) && positions.size() == 1, id << " is there " << positions.size() << " times");
    for (const auto& [id, position] : acknowledged)
      BOOST_REQUIRE_MESSAGE(stored.contains(id) ? stored[id].front() == position : !all, id << " was acknowledged and is not there");
    if (!all) return;
    for (const auto& head : heads) {
      const auto root = partition::TreeRoot(*cluster->ViewOf(PartitionId(head.partition)), head.size);
      BOOST_REQUIRE_MESSAGE(head.size == 0 || (root.ok() && ledger::AsBytes(*root) == head.root),
                            "the root of " << head.size << " records changed");
    }
    for (uint32_t p = 0; p < kPartitions; ++p) {
      const auto report = cluster->Rebuild(PartitionId(p), true, {});
      BOOST_REQUIRE_MESSAGE(report.ok(), std::string(report.status().message()));
      BOOST_TEST(report->rows_different == 0u);
    }
  }

  // Every account at several times, by name and time; not those that cannot be read.
  std::map<std::string, std::string> ReadAccounts() {
    std::map<std::string, std::string> read;
    for (int account = 0; account < 7; ++account)
      for (const char* valid_to : {"2023-01-20", "2023-03-01", "2024-02-01", "2026-01-01"}) {
        const std::string name = "account-" + std::to_string(account);
        partition::AsOf as_of;
        as_of.valid_to = At(valid_to);
        const auto found = partition::ReadAccount(*cluster->ViewOf(cluster->PartitionOf(name)), name, as_of);
        if (found.ok()) read[name + " " + valid_to] = relations::EncodedCore(found->core);
        if (!found.ok() && ReasonNameOf(found.status()) == "ACCOUNT_NOT_FOUND") read[name + " " + valid_to] = "none";
      }
    return read;
  }

  void RestorePowerAndCheck() {
    Close();
    disk->RestorePower();
    const auto opened = Open();
    BOOST_REQUIRE_MESSAGE(opened.ok(), std::string(opened.message()));
    Check();
  }

  struct Head {
    uint32_t partition;
    uint64_t size;
    std::string root;
  };
  std::mt19937_64 draw;
  TemporaryDirectory directory;
  std::shared_ptr<store::FaultyDisk> disk;
  std::unique_ptr<partition::Cluster> cluster;
  Timestamp clock = At("2023-01-01");
  std::set<std::string> sent;
  std::map<std::string, Position> acknowledged;
  std::vector<Head> heads;
};

// Appends until one is taken again.
bool IsTakenAgain(OnFaultyDisk& fixture) {
  for (int tries = 0; tries < 5000; ++tries) {
    if (fixture.Append(1).empty()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

// The newest write-ahead log of a partition that holds something.
std::filesystem::path NewestLog(const OnFaultyDisk& fixture) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator(fixture.directory.path() + "/partition-0000"))
    if (entry.path().extension() == ".log" && entry.file_size() > 0 && entry.path() > newest) newest = entry.path();
  BOOST_REQUIRE(!newest.empty());
  return newest;
}

void TurnBit(const std::filesystem::path& file, uint64_t at) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(stream.get() ^ 4);
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

const auto kSeeds = boost::unit_test::data::xrange<uint64_t>(1, 7), kFewSeeds = boost::unit_test::data::xrange<uint64_t>(1, 4);

}  // namespace

BOOST_AUTO_TEST_SUITE(disk_faults)

BOOST_DATA_TEST_CASE(a_power_cut_loses_nothing_that_was_acknowledged, kSeeds, seed) {
  OnFaultyDisk fixture(seed);
  for (int cut = 0; cut < 5; ++cut) {
    fixture.disk->CutPowerAfter(fixture.draw() % (cut == 0 ? 400 : 900));
    if (const auto opened = fixture.Open(); opened.ok()) {
      for (int i = 0; i < 60 && !fixture.disk->is_dark(); ++i) fixture.DoSomething();
      fixture.Append(3);
    } else {
      BOOST_TEST(ReasonNameOf(opened) == "STORE_FAILED");
    }
    fixture.RestorePowerAndCheck();
    fixture.Close();
  }
}

BOOST_DATA_TEST_CASE(a_full_disk_refuses_writes_serves_reads_and_goes_on_when_there_is_room, kFewSeeds, seed) {
  OnFaultyDisk fixture(seed);
  fixture.Reopen();
  fixture.AppendSurely(20);
  for (int full = 0; full < 2; ++full) {
    fixture.disk->LimitRoom(fixture.draw() % 60'000);
    absl::Status refused;
    for (int i = 0; i < 1000 && refused.ok(); ++i)
      for (const auto& status : fixture.Append(static_cast<int>(1 + fixture.draw() % 30))) refused = status;
    BOOST_TEST(ReasonNameOf(refused) == "DISK_FULL");
    BOOST_TEST(MetadataOf(refused).contains("retry_after_ms"));
    const bool all_accept =
        fixture.cluster->StatusOf(PartitionId(0)).accepts_writes && fixture.cluster->StatusOf(PartitionId(1)).accepts_writes;
    BOOST_TEST(!all_accept);
    for (uint32_t p = 0; p < kPartitions; ++p) {
      const auto view = fixture.cluster->ViewOf(PartitionId(p));
      for (uint64_t at = 0; at < view->log_size; ++at) BOOST_REQUIRE(view->Log().Read(Position{at}).ok());
    }
    fixture.disk->LimitRoom(std::nullopt);
    BOOST_REQUIRE(IsTakenAgain(fixture));
    for (int i = 0; i < 10; ++i) fixture.DoSomething();
    if (fixture.draw() % 2 == 0) {
      fixture.disk->CutPowerAfter(fixture.draw() % 50);
      for (int i = 0; i < 60 && !fixture.disk->is_dark(); ++i) fixture.DoSomething();
      fixture.RestorePowerAndCheck();
    } else {
      while (!IsTakenAgain(fixture)) continue;
      fixture.Check();
      fixture.Reopen();
      fixture.Check();
    }
  }
}

BOOST_DATA_TEST_CASE(what_a_failed_fsync_left_is_not_seen_and_what_was_acknowledged_is_there_after_a_restart, kSeeds, seed) {
  OnFaultyDisk fixture(seed);
  fixture.Reopen();
  for (int i = 0; i < 10; ++i) fixture.DoSomething();
  const bool syncs = seed % 2 == 0;
  syncs ? fixture.disk->FailSyncs(true) : fixture.disk->FailWrites(true);
  std::vector<uint64_t> sizes;
  for (uint32_t p = 0; p < kPartitions; ++p) sizes.push_back(fixture.cluster->ViewOf(PartitionId(p))->log_size);
  const auto refused = fixture.Append(20);
  BOOST_REQUIRE_EQUAL(refused.size(), 20u);
  for (const auto& status : refused) BOOST_TEST(ReasonNameOf(status) == "STORE_FAILED");
  for (uint32_t p = 0; p < kPartitions; ++p) BOOST_TEST(fixture.cluster->ViewOf(PartitionId(p))->log_size == sizes[p]);
  syncs ? fixture.disk->FailSyncs(false) : fixture.disk->FailWrites(false);
  for (int i = 0; i < 20; ++i) fixture.DoSomething();
  if (seed % 4 < 2)
    fixture.RestorePowerAndCheck();
  else
    fixture.Reopen();
  fixture.Check();
  fixture.AppendSurely(20);
  fixture.Reopen();
  fixture.Check();
}

BOOST_DATA_TEST_CASE(bits_that_turn_while_reading_are_refused_and_never_served, kSeeds, seed) {
  OnFaultyDisk fixture(seed);
  fixture.Reopen();
  for (int i = 0; i < 40; ++i) fixture.DoSomething();
  for (int turn = 0; turn < 6; ++turn) {
    fixture.Close();
    fixture.disk->FlipBits(1 + fixture.draw() % 100);
    if (const auto opened = fixture.Open(); !opened.ok()) {
      BOOST_TEST((ReasonNameOf(opened) == "STORE_CORRUPT" || ReasonNameOf(opened) == "STORE_FAILED"), std::string(opened.message()));
    } else {
      fixture.Check(false);
      for (int i = 0; i < 5; ++i) fixture.DoSomething();
    }
    fixture.Close();
    fixture.disk->FlipBits(0);
    fixture.Reopen();
    fixture.Check();
  }
}

BOOST_DATA_TEST_CASE(a_bit_turned_in_the_write_ahead_log_is_not_taken_for_its_torn_end, kFewSeeds, seed) {
  OnFaultyDisk fixture(seed);
  std::filesystem::path log;
  constexpr uint64_t kLastBatchBytes = 300;
  do {
    fixture.Reopen();
    for (int i = 0; i < 9; ++i) fixture.AppendSurely(1);
    fixture.disk->CutPowerAfter(0);  // closing would leave nothing in the log
    fixture.Close();
    fixture.disk->RestorePower();
    log = NewestLog(fixture);
  } while (std::filesystem::file_size(log) < 2 * kLastBatchBytes);
  TurnBit(log, fixture.draw() % (std::filesystem::file_size(log) - kLastBatchBytes));
  const auto refused = fixture.Open();
  BOOST_TEST(ReasonNameOf(refused) == "STORE_CORRUPT");
  BOOST_TEST(std::string(refused.message()).find("damaged before batches that were acknowledged") != std::string::npos);
}

BOOST_DATA_TEST_CASE(an_account_read_from_a_disk_that_fails_is_refused_or_right_and_never_half, kSeeds, seed) {
  OnFaultyDisk fixture(seed);
  fixture.Reopen();
  for (int i = 0; i < 60; ++i) fixture.DoSomething();
  const auto right = fixture.ReadAccounts();
  BOOST_TEST(right.size() == 28u);
  fixture.Reopen();
  fixture.disk->FailReads(true);
  for (const auto& [what, core] : fixture.ReadAccounts()) BOOST_TEST((right.at(what) == core), what);
  fixture.disk->FailReads(false);
  BOOST_TEST((fixture.ReadAccounts() == right));
}

BOOST_AUTO_TEST_CASE(a_walk_over_rows_ends_where_the_store_cannot_be_read_and_not_among_newer_rows) {
  const TemporaryDirectory directory;
  const auto disk = std::make_shared<store::FaultyDisk>(1);
  const auto opened = store::Store::Open(directory.path(), std::make_shared<store::SharedMemory>(1 << 20, 1 << 20), disk);
  BOOST_REQUIRE(opened.ok());
  const auto run = (*opened)->StartViewRun((*opened)->view_generation());
  BOOST_REQUIRE(run.ok() && (*run)->Put("stored", "first").ok() && (*run)->Ingest().ok());
  partition::RowTreeWriter newer;
  newer.Put("told later", "second");
  const partition::Rows rows{newer.Publish(), {}, (*opened)->TakeSnapshot()};
  disk->FailReads(true);
  for (const bool reverse : {false, true}) {
    const auto walk = reverse ? rows.ScanReverse({}, {}) : rows.Scan({}, {});
    BOOST_TEST(!walk.Valid());
    BOOST_TEST(ReasonNameOf(walk.status()) == "STORE_FAILED");
  }
  disk->FailReads(false);
  auto walk = rows.Scan({}, {});
  BOOST_REQUIRE(walk.Valid());
  BOOST_TEST(walk.value() == "first");
}

BOOST_AUTO_TEST_CASE(a_disk_that_stalls_fills_the_queue_and_no_more_and_reads_go_on) {
  OnFaultyDisk fixture(1);
  fixture.Reopen();
  fixture.AppendSurely(20);
  fixture.disk->HoldSyncs(true);
  std::atomic<int> acknowledged = 0, overloaded = 0;
  int sent = 0;
  for (; overloaded == 0 && sent < 1'000'000; ++sent) {
    partition::Submission submission;
    submission.events.push_back(Order("account-1", "stalled-" + std::to_string(sent), "2023-05-01", 1));
    fixture.cluster->Submit(
        fixture.cluster->PartitionOf("account-1"), std::move(submission), [&](const partition::SubmissionResult& result) {
          if (result.front().status.ok()) ++acknowledged;
          if (ReasonNameOf(result.front().status) == "OVERLOADED" && MetadataOf(result.front().status).contains("retry_after_ms"))
            ++overloaded;
        });
  }
  BOOST_TEST(overloaded == 1);
  BOOST_TEST(acknowledged == 0);
  BOOST_TEST(sent <= static_cast<int>(kQueueEvents + kCommitEvents + 1));
  BOOST_TEST(fixture.cluster->ViewOf(PartitionId(0))->log_size + fixture.cluster->ViewOf(PartitionId(1))->log_size == 20u);
  BOOST_TEST(partition::ReadAccount(*fixture.cluster->ViewOf(fixture.cluster->PartitionOf("account-1")), "account-1").ok());
  fixture.disk->HoldSyncs(false);
  fixture.Close();
  BOOST_TEST(acknowledged == sent - 1);
}

BOOST_AUTO_TEST_CASE(a_store_without_its_file_of_files_is_not_taken_for_a_new_one) {
  OnFaultyDisk fixture(1);
  fixture.Reopen();
  fixture.AppendSurely(20);
  fixture.Close();
  std::filesystem::remove(fixture.directory.path() + "/partition-0000/CURRENT");
  BOOST_TEST(ReasonNameOf(fixture.Open()) == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_CASE(a_partition_that_is_missing_is_not_made_anew) {
  for (const char* lost : {"/partition-0000", "/partition-0001"}) {
    OnFaultyDisk fixture(1);
    fixture.Reopen();
    fixture.AppendSurely(20);
    fixture.Close();
    std::filesystem::remove_all(fixture.directory.path() + lost);
    BOOST_TEST(ReasonNameOf(fixture.Open()) == "STORE_CORRUPT");
    BOOST_TEST(ReasonNameOf(fixture.Open()) == "STORE_CORRUPT");
  }
}

BOOST_AUTO_TEST_SUITE_END()
