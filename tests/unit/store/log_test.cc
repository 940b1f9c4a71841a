#include "store/log.h"

#include <zstd.h>

#include <boost/test/unit_test.hpp>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::store;

namespace {

struct OpenStore {
  test::TemporaryDirectory directory;
  std::unique_ptr<Store> store = *Store::Open(directory.path(), std::make_shared<SharedMemory>(8 << 20, 8 << 20));
  BlockCache blocks{1 << 20};
};

std::string RecordOf(uint64_t n) { return "record " + std::to_string(n) + std::string(n % 300, 'x'); }

void AppendTo(LogWriter& log, Store& store, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) log.Append(RecordOf(log.size()));
  Batch batch;
  log.Flush(batch);
  BOOST_REQUIRE(store.Write(batch, true).ok());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(record_log)

BOOST_AUTO_TEST_CASE(records_read_back_whatever_the_commits_were) {
  for (const std::vector<uint64_t> commits : {std::vector<uint64_t>{1, 254, 1, 1, 300}, {1000}, {255, 2, 511, 1}}) {
    OpenStore fixture;
    LogWriter log(0, {});
    for (const uint64_t count : commits) AppendTo(log, *fixture.store, count);
    LogReader reader(fixture.store->TakeSnapshot(), &fixture.blocks, log.size());
    for (uint64_t at = 0; at < log.size(); ++at) BOOST_TEST(*reader.View(Position{at}) == RecordOf(at));
    const auto beyond = reader.Read(Position{log.size()});
    BOOST_TEST((ReasonOf(beyond.status())->reason == Reason::EVENT_NOT_FOUND));
  }
}

BOOST_AUTO_TEST_CASE(a_writer_goes_on_where_another_stopped) {
  OpenStore fixture;
  LogWriter first(0, {});
  AppendTo(first, *fixture.store, 300);
  auto second = LogWriter::Open(*fixture.store->TakeSnapshot(), 300);
  BOOST_REQUIRE(second.ok());
  AppendTo(*second, *fixture.store, 300);
  LogReader reader(fixture.store->TakeSnapshot(), &fixture.blocks, 600);
  for (const uint64_t at : {0, 255, 256, 299, 300, 511, 512, 599}) BOOST_TEST(*reader.View(Position{at}) == RecordOf(at));
}

BOOST_AUTO_TEST_CASE(large_records_read_back_and_stay_neither_in_memory_nor_in_a_block) {
  OpenStore fixture;
  LogWriter log(0, {});
  const auto text_of = [](uint64_t n) { return RecordOf(n) + std::string(n % 3 == 0 ? kRecordBytesInBlockMax : 0, 'y'); };
  const auto check = [&](uint64_t size) {
    LogReader reader(fixture.store->TakeSnapshot(), &fixture.blocks, size);
    for (uint64_t at = 0; at < size; ++at) BOOST_TEST_REQUIRE((*reader.View(Position{at}) == text_of(at)));
    for (uint64_t at = size - size % kRecordsPerBlock; at < size; ++at) {
      BOOST_TEST((log.Unsealed(Position{at}) == nullptr) == (at % 3 == 0));
    }
  };
  for (const uint64_t count : {1, 9, 100, 145, 2, 600}) {
    for (uint64_t i = 0; i < count; ++i) {
      const Position at = log.Append(text_of(log.size()));
      BOOST_TEST_REQUIRE((*log.Unsealed(at) == text_of(at.value)));
    }
    Batch batch;
    log.Flush(batch);
    BOOST_REQUIRE(fixture.store->Write(batch, true).ok());
    check(log.size());
    log = *LogWriter::Open(*fixture.store->TakeSnapshot(), log.size());
    check(log.size());
  }
  BOOST_TEST((*BlockCache(1).Get(*fixture.store->TakeSnapshot(), 0))->memory_bytes() < 100'000u);
}

BOOST_AUTO_TEST_CASE(a_reader_of_an_old_snapshot_sees_the_old_tail) {
  OpenStore fixture;
  LogWriter log(0, {});
  AppendTo(log, *fixture.store, 10);
  LogReader old(fixture.store->TakeSnapshot(), &fixture.blocks, 10);
  AppendTo(log, *fixture.store, 600);
  BOOST_TEST(*old.View(Position{3}) == RecordOf(3));
}

BOOST_AUTO_TEST_CASE(a_damaged_block_is_noticed) {
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < kRecordsPerBlock; ++i) texts.push_back(RecordOf(i));
  const std::string good = EncodeBlock({texts.begin(), texts.end()});
  BOOST_TEST((*Block::Decode(good))->record(255) == RecordOf(255));
  for (const size_t cut : {size_t{0}, size_t{1}, size_t{3}, good.size() - 1}) BOOST_TEST(!Block::Decode(good.substr(0, cut)).ok());
  std::string newer = good;
  newer[0] = 9;
  BOOST_TEST(!Block::Decode(newer).ok());
}

BOOST_AUTO_TEST_CASE(a_length_that_a_blocks_bytes_cannot_hold_is_not_believed) {
  std::string block(1, '\1');
  PutVarint(block, 1u << 30);
  block += std::string("\x28\xb5\x2f\xfd\xa0", 5);  // a zstd frame that claims as much
  PutLittleEndian(block, uint32_t{1u << 30});
  block += std::string("\1\0\0", 3);  // and ends
  BOOST_TEST(Block::Decode(block).status().message() == "block: bad length");
}

BOOST_AUTO_TEST_CASE(lengths_of_records_that_add_up_by_overflow_are_refused) {
  std::string text;
  PutVarint(text, 5);
  PutVarint(text, uint64_t{0} - 5);
  for (size_t i = 2; i < kRecordsPerBlock; ++i) PutVarint(text, 0);
  std::string block(1, '\1');
  PutVarint(block, text.size());
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), text.data(), text.size(), 1));
  BOOST_TEST(Block::Decode(block + frame).status().message() == "block: lengths exceed the text");
}

BOOST_AUTO_TEST_SUITE_END()
