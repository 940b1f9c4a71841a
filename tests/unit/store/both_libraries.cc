// A directory that one build of RocksDB wrote, read and written on by another: this program is linked with each.
//   both_libraries write|check DIR ROUND      rounds 0 .. ROUND - 1 were written before
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include "store/engine.h"
#include "store/log.h"

using namespace guanxi;

namespace {

constexpr uint64_t kRowsPerRound = 20'000;
constexpr uint64_t kRecordsPerRound = 1'000;

std::string RowKey(uint64_t n) { return "row " + std::to_string(n * 7919 % 1'000'003); }
std::string RowValue(uint64_t n) { return "value of row " + std::to_string(n) + std::string(n % 200, 'v'); }
std::string RecordOf(uint64_t n) { return "record " + std::to_string(n); }

void Require(bool holds, const std::string& what) {
  if (holds) return;
  std::cerr << "both_libraries: " << what << "\n";
  std::exit(1);
}

// Some of it ends in sorted files of the engine, some in an ingested one, some in the write-ahead log.
void WriteRound(store::Store& db, uint64_t round) {
  auto log = store::LogWriter::Open(*db.TakeSnapshot(), round * kRecordsPerRound);
  Require(log.ok(), "the log does not open");
  store::Batch batch;
  std::map<std::string, std::string> rows;
  for (uint64_t n = round * kRowsPerRound; n < (round + 1) * kRowsPerRound; ++n) rows[RowKey(n)] = RowValue(n);
  for (const auto& [key, value] : rows) batch.Put(store::Family::kFeed, key, value);
  for (uint64_t n = 0; n < kRecordsPerRound; ++n) log->Append(RecordOf(log->size()));
  log->Flush(batch);
  Require(db.Write(batch, true).ok(), "a write failed");
  const auto run = db.StartViewRun(db.view_generation());
  Require(run.ok(), "a view run does not start");
  for (const auto& [key, value] : rows) Require((*run)->Put(key, value).ok(), "a row is refused");
  Require((*run)->Ingest().ok(), "a view run is not taken");
}

void CheckRounds(store::Store& db, uint64_t rounds) {
  const auto snapshot = db.TakeSnapshot();
  for (uint64_t n = 0; n < rounds * kRowsPerRound; ++n) {
    for (const store::Family family : {store::Family::kFeed, store::Family::kView}) {
      const auto value = snapshot->Get(family, RowKey(n));
      Require(value.ok() && *value == RowValue(n), "lost: " + RowKey(n));
    }
  }
  store::BlockCache blocks(1 << 20);
  store::LogReader log(snapshot, &blocks, rounds * kRecordsPerRound);
  for (uint64_t n = 0; n < log.size(); ++n) {
    const auto record = log.Read(Position{n});
    Require(record.ok() && *record == RecordOf(n), "lost: " + RecordOf(n));
  }
}

}  // namespace

int main(int argc, char** argv) {
  Require(argc == 4, "usage: both_libraries write|check DIR ROUND");
  const uint64_t round = std::stoull(argv[3]);
  std::filesystem::create_directories(argv[2]);
  const auto db = store::Store::Open(argv[2], std::make_shared<store::SharedMemory>(8 << 20, 1 << 20));
  Require(db.ok(), "does not open");
  CheckRounds(**db, round);
  if (std::string(argv[1]) == "write") WriteRound(**db, round);
  std::cout << store::ToText(store::DescribeEngine()) << ": " << argv[1] << " after " << round << " rounds\n";
}
