#include <sys/resource.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "store/store.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::store;

namespace {

std::unique_ptr<Store> OpenAt(const std::string& path) { return *Store::Open(path, std::make_shared<SharedMemory>(8 << 20, 8 << 20)); }

void PutView(Store& store, uint32_t generation, std::string_view value) {
  auto run = store.StartViewRun(generation);
  BOOST_REQUIRE(run.ok());
  BOOST_REQUIRE((*run)->Put("key", value).ok());
  BOOST_REQUIRE((*run)->Ingest().ok());
}

std::string ReadView(Store& store) { return (*store.TakeSnapshot()->Get(Family::kView, "key")).value_or("nothing"); }

std::string NumberedKey(int number) {
  char key[16];
  std::snprintf(key, sizeof key, "%08d", number);
  return key;
}

// By this process, from the page cache too.
uint64_t BytesReadSoFar() {
  std::ifstream io("/proc/self/io");
  std::string name;
  uint64_t bytes = 0;
  BOOST_REQUIRE(io >> name >> bytes && name == "rchar:");
  return bytes;
}

// Of this process's threads whose names begin so.
std::vector<int> PrioritiesOf(std::string_view name) {
  std::vector<int> priorities;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string comm;
    std::ifstream(task.path() / "comm") >> comm;
    if (comm.starts_with(name)) priorities.push_back(getpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(task.path().filename()))));
  }
  return priorities;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(generations)

BOOST_AUTO_TEST_CASE(a_generation_is_not_seen_before_the_switch_and_stays_after_it) {
  test::TemporaryDirectory directory;
  {
    auto store = OpenAt(directory.path());
    PutView(*store, store->view_generation(), "old");
    const uint32_t next = *store->CreateViewGeneration();
    PutView(*store, next, "new");
    BOOST_TEST(ReadView(*store) == "old");
    const auto held = store->TakeSnapshot();
    BOOST_REQUIRE(store->SwitchViewGeneration(next).ok());
    BOOST_TEST(ReadView(*store) == "new");
    BOOST_TEST((*held->Get(Family::kView, "key")).value_or("") == "old");
  }
  BOOST_TEST(ReadView(*OpenAt(directory.path())) == "new");
}

BOOST_AUTO_TEST_CASE(what_a_killed_rebuild_left_is_dropped_at_open) {
  test::TemporaryDirectory directory;
  {
    auto store = OpenAt(directory.path());
    PutView(*store, store->view_generation(), "live");
    PutView(*store, *store->CreateViewGeneration(), "half");
  }
  auto store = OpenAt(directory.path());
  BOOST_TEST(ReadView(*store) == "live");
  BOOST_TEST(!(*store->TakeSnapshot()->OfGeneration(*store->CreateViewGeneration())->Get(Family::kView, "key")).has_value());
}

BOOST_AUTO_TEST_CASE(a_run_shows_nothing_before_it_is_taken_over) {
  test::TemporaryDirectory directory;
  auto store = OpenAt(directory.path());
  {
    auto forgotten = store->StartViewRun(store->view_generation());
    BOOST_REQUIRE((*forgotten)->Put("key", "half").ok());
  }
  BOOST_TEST(ReadView(*store) == "nothing");
  PutView(*store, store->view_generation(), "whole");
  BOOST_TEST(ReadView(*store) == "whole");
  Batch batch;
  batch.Put(Family::kView, "key", "by a batch");
  BOOST_TEST(!store->Write(batch, true).ok());
}

// At two million events each look-up read two MiB: the filters of large files fitted into no shard of the cache.
BOOST_AUTO_TEST_CASE(looking_for_keys_that_a_large_file_has_not_does_not_read_its_filter_each_time) {
  test::TemporaryDirectory directory;
  auto store = OpenAt(directory.path());
  constexpr int kKeys = 500'000, kLookedFor = 1'000;
  auto run = *store->StartViewRun(store->view_generation());
  for (int i = 0; i < kKeys; ++i) BOOST_REQUIRE(run->Put(NumberedKey(2 * i), "").ok());
  BOOST_REQUIRE(run->Ingest().ok());
  const auto snapshot = store->TakeSnapshot();
  const uint64_t before = BytesReadSoFar();
  for (int i = 0; i < kLookedFor; ++i)
    BOOST_REQUIRE(!(*snapshot->Get(Family::kView, NumberedKey(2 * i * (kKeys / kLookedFor) + 1))).has_value());
  BOOST_TEST(BytesReadSoFar() - before < kLookedFor * (64u << 10));
}

// They inherit the priority of the thread that first needs them. When that was a checkpoint's, which gives way, they starved
// under a flood of events, and each look-up went through thirty runs that nothing had merged.
BOOST_AUTO_TEST_CASE(compactions_do_not_give_way_even_where_a_thread_that_does_starts_the_first) {
  test::TemporaryDirectory directory;
  const auto store = OpenAt(directory.path());
  std::thread checkpoint([&] {
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), getpriority(PRIO_PROCESS, 0) + 1);
    PutView(*store, store->view_generation(), "value");
  });
  checkpoint.join();
  const std::vector<int> priorities = PrioritiesOf("rocksdb:");
  BOOST_TEST(priorities.size() >= 2U);
  for (const int priority : priorities) BOOST_TEST(priority == getpriority(PRIO_PROCESS, 0));
}

BOOST_AUTO_TEST_CASE(scans_stop_at_their_ends_in_both_directions) {
  test::TemporaryDirectory directory;
  auto store = OpenAt(directory.path());
  Batch batch;
  for (const char* key : {"a", "b1", "b2", "b3", "c"}) batch.Put(Family::kMeta, key, key);
  BOOST_REQUIRE(store->Write(batch, false).ok());
  const auto snapshot = store->TakeSnapshot();
  std::string forward, backward;
  for (auto c = snapshot->ScanPrefix(Family::kMeta, "b"); c.Valid(); c.Next()) forward += c.key();
  for (auto c = snapshot->ScanReverse(Family::kMeta, "b", "b3"); c.Valid(); c.Next()) backward += c.key();
  BOOST_TEST(forward == "b1b2b3");
  BOOST_TEST(backward == "b2b1");
  BOOST_TEST(PrefixEnd("a\xff") == "b");
  BOOST_TEST(PrefixEnd("\xff").empty());
}

BOOST_AUTO_TEST_SUITE_END()
