#include <boost/test/unit_test.hpp>

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
