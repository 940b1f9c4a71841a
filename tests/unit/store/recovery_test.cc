// What a store finds when it is opened after a kill or a power cut, and what it says of a full disk.
#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/reason.h"
#include "store/faulty_disk.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::store;
namespace fs = std::filesystem;

namespace {

constexpr int kBatches = 40;

absl::StatusOr<std::unique_ptr<Store>> OpenAt(const fs::path& path, std::shared_ptr<Disk> disk = nullptr) {
  return Store::Open(path, std::make_shared<SharedMemory>(8 << 20, 8 << 20), std::move(disk));
}

absl::Status Write(Store& store, int number, size_t bytes = 300) {
  Batch batch;
  batch.Put(Family::kMeta, "key " + std::to_string(number), std::string(bytes, 'x'));
  return store.Write(batch, true);
}

// How many of the batches are there; they are there from the first on.
int CountOf(const Store& store) {
  int count = 0;
  while ((*store.TakeSnapshot()->Get(Family::kMeta, "key " + std::to_string(count))).has_value()) ++count;
  return count;
}

// A store of kBatches batches as a kill leaves it: closing would leave nothing in the write-ahead log.
fs::path Killed(const test::TemporaryDirectory& directory) {
  const fs::path live = fs::path(directory.path()) / "live", killed = fs::path(directory.path()) / "killed";
  auto store = OpenAt(live);
  BOOST_REQUIRE(store.ok());
  for (int number = 0; number < kBatches; ++number) BOOST_REQUIRE(Write(**store, number).ok());
  fs::copy(live, killed, fs::copy_options::recursive);
  return killed;
}

fs::path LogOf(const fs::path& store) {
  fs::path log;
  for (const auto& entry : fs::directory_iterator(store))
    if (entry.path().extension() == ".log" && (log.empty() || fs::file_size(entry.path()) > fs::file_size(log))) log = entry.path();
  BOOST_REQUIRE(!log.empty());
  return log;
}

void TurnBit(const fs::path& file, uint64_t at, int bit) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(stream.get() ^ (1 << bit));
  stream.seekp(static_cast<std::streamoff>(at));
  stream.put(byte);
}

std::string ReasonNameOf(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return std::string(reason != nullptr ? reason->name : "no reason");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(recovery)

BOOST_AUTO_TEST_CASE(a_killed_store_has_every_batch) {
  test::TemporaryDirectory directory;
  const auto store = OpenAt(Killed(directory));
  BOOST_REQUIRE(store.ok());
  BOOST_TEST(CountOf(**store) == kBatches);
}

BOOST_AUTO_TEST_CASE(a_write_ahead_log_cut_short_loses_the_batch_that_was_cut_and_no_other) {
  for (const uint64_t cut : {uint64_t{1}, uint64_t{100}, uint64_t{300}}) {
    test::TemporaryDirectory directory;
    const fs::path killed = Killed(directory), log = LogOf(killed);
    fs::resize_file(log, fs::file_size(log) - cut);
    const auto store = OpenAt(killed);
    BOOST_REQUIRE(store.ok());
    BOOST_TEST(CountOf(**store) == kBatches - 1);
  }
}

BOOST_DATA_TEST_CASE(a_bit_turned_in_a_batch_that_others_followed_is_refused_again_and_again,
                     boost::unit_test::data::xrange<uint64_t>(1, 31), seed) {
  test::TemporaryDirectory directory;
  const fs::path killed = Killed(directory), log = LogOf(killed);
  std::mt19937_64 draw(seed);
  const uint64_t last_batch_bytes = 400;
  TurnBit(log, draw() % (fs::file_size(log) - last_batch_bytes), static_cast<int>(draw() % 8));
  for (int start = 0; start < 2; ++start) BOOST_TEST(ReasonNameOf(OpenAt(killed).status()) == "STORE_CORRUPT");
}

BOOST_AUTO_TEST_CASE(a_large_batch_cut_anywhere_is_forgotten_alone) {
  test::TemporaryDirectory directory;
  const fs::path live = fs::path(directory.path()) / "live";
  auto store = OpenAt(live);
  BOOST_REQUIRE(store.ok());
  for (int number = 0; number < kBatches; ++number) BOOST_REQUIRE(Write(**store, number).ok());
  const uint64_t before = fs::file_size(LogOf(live));
  BOOST_REQUIRE(Write(**store, kBatches, 200'000).ok());
  const uint64_t after = fs::file_size(LogOf(live));
  for (uint64_t size = before + 1; size < after; size += 7'919) {
    const fs::path cut = fs::path(directory.path()) / ("cut at " + std::to_string(size));
    fs::copy(live, cut, fs::copy_options::recursive);
    fs::resize_file(LogOf(cut), size);
    const auto opened = OpenAt(cut);
    BOOST_REQUIRE_MESSAGE(opened.ok(), size << ": " << std::string(opened.status().message()));
    BOOST_TEST(CountOf(**opened) == kBatches);
  }
}

BOOST_AUTO_TEST_CASE(a_store_without_its_file_of_files_is_not_taken_for_a_new_one) {
  test::TemporaryDirectory directory;
  const fs::path killed = Killed(directory);
  fs::remove(killed / "CURRENT");
  BOOST_TEST(ReasonNameOf(OpenAt(killed).status()) == "STORE_CORRUPT");
  BOOST_TEST(ReasonNameOf(OpenAt(killed).status()) == "STORE_CORRUPT");
}

BOOST_DATA_TEST_CASE(a_power_cut_loses_no_batch_that_was_acknowledged, boost::unit_test::data::xrange<uint64_t>(1, 9), seed) {
  test::TemporaryDirectory directory;
  const auto disk = std::make_shared<FaultyDisk>(seed);
  std::mt19937_64 draw(seed);
  int acknowledged = 0;
  for (int cut = 0; cut < 3; ++cut) {
    disk->CutPowerAfter(draw() % 300);
    if (auto store = OpenAt(directory.path(), disk); store.ok())
      while (acknowledged < 1000 && Write(**store, acknowledged).ok()) ++acknowledged;
    disk->RestorePower();
    const auto store = OpenAt(directory.path(), disk);
    BOOST_REQUIRE_MESSAGE(store.ok(), std::string(store.status().message()));
    const int there = CountOf(**store);
    BOOST_TEST((there == acknowledged || there == acknowledged + 1));
    acknowledged = there;
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_said_and_reads_go_on) {
  test::TemporaryDirectory directory;
  const auto disk = std::make_shared<FaultyDisk>(1);
  const auto store = OpenAt(directory.path(), disk);
  BOOST_REQUIRE(store.ok());
  for (int number = 0; number < kBatches; ++number) BOOST_REQUIRE(Write(**store, number).ok());
  disk->LimitRoom(100);
  const auto refused = Write(**store, kBatches);
  BOOST_TEST(ReasonNameOf(refused) == "DISK_FULL");
  BOOST_TEST(MetadataOf(refused).contains("retry_after_ms"));
  BOOST_TEST(CountOf(**store) == kBatches);
}

BOOST_AUTO_TEST_SUITE_END()
