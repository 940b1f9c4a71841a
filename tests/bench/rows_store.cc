// The store library by itself, and how small the engine keeps what it stores.
#include <fmt/format.h>
#include <rocksdb/db.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "bench/bench.h"
#include "bench/local_cluster.h"
#include "store/engine.h"
#include "store/store.h"

namespace guanxi::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr size_t kValueBytes = 150;

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(std::string(status.message()));
}

// `work(i)` for i < count, one thread, each timed.
template <class Work>
Figures Each(uint64_t count, Work&& work) {
  Samples micros;
  const double cpu = OwnCpuSeconds();
  const auto started = Clock::now();
  for (uint64_t i = 0; i < count; ++i) {
    const auto before = Clock::now();
    work(i);
    micros.Add(std::chrono::duration<double, std::micro>(Clock::now() - before).count());
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  return {static_cast<double>(count) / seconds, micros.At(0.5), micros.At(0.99),
          (OwnCpuSeconds() - cpu) * 1e6 / static_cast<double>(count)};
}

std::string Key(uint64_t n) { return fmt::format("{:016x}", Mix(n, 0)); }
std::string Value(uint64_t n) {
  std::string value;
  while (value.size() < kValueBytes) value += fmt::format("{:x}", Mix(n, value.size()));
  return value;
}

std::unique_ptr<store::Store> OpenStore(const std::string& path) {
  std::filesystem::create_directories(path);
  auto opened = store::Store::Open(path, std::make_shared<store::SharedMemory>(64 << 20, 64 << 20));
  if (!opened.ok()) throw std::runtime_error(std::string(opened.status().message()));
  return *std::move(opened);
}

Figures ScanAll(const store::Snapshot& snapshot, uint64_t count) {
  uint64_t seen = 0;
  const double cpu = OwnCpuSeconds();
  const auto started = Clock::now();
  for (auto cursor = snapshot.Scan(store::Family::kTail, "", ""); cursor.Valid(); cursor.Next()) ++seen;
  if (seen < count) throw std::runtime_error("the scan missed keys");
  const double n = static_cast<double>(seen);
  return {n / std::chrono::duration<double>(Clock::now() - started).count(), 0, 0, (OwnCpuSeconds() - cpu) * 1e6 / n};
}

// Bytes of sorted files by column family, all partitions together.
std::map<std::string, uint64_t> BytesByFamily(const std::string& data) {
  std::map<std::string, uint64_t> bytes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    if (entry.path().filename() != "CURRENT") continue;
    const std::string path = entry.path().parent_path().string();
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies({}, path, &names).ok()) continue;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
    if (!rocksdb::DB::OpenForReadOnly({}, path, descriptors, &handles, &opened).ok()) throw std::runtime_error("cannot open " + path);
    const std::unique_ptr<rocksdb::DB> db(opened);
    for (rocksdb::ColumnFamilyHandle* const handle : handles) {
      rocksdb::ColumnFamilyMetaData meta;
      db->GetColumnFamilyMetaData(handle, &meta);
      bytes[handle->GetName()] += meta.size;
      db->DestroyColumnFamilyHandle(handle);
    }
  }
  return bytes;
}

uint64_t RecordBytes(partition::Cluster& cluster) {
  uint64_t bytes = 0;
  for (uint32_t p = 0; p < cluster.partitions(); ++p) {
    auto log = cluster.ViewOf(PartitionId(p))->Log();
    for (uint64_t at = 0; at < log.size(); ++at) bytes += log.View(Position{at})->size();
  }
  return bytes;
}

}  // namespace

void StoreRow(Bench& bench) {
  const uint64_t bulk = bench.options.events, synced = std::max<uint64_t>(bulk / 20, 100);
  bench.report.Note(store::ToText(store::DescribeEngine()));
  const auto store = OpenStore(bench.NewPath("store"));
  const auto put = [&](uint64_t first, uint64_t count, bool sync) {
    store::Batch batch;
    for (uint64_t n = first; n < first + count; ++n) batch.Put(store::Family::kTail, Key(n), Value(n));
    Check(store->Write(batch, sync));
  };
  bench.report.Measured(Role::kFloor, "a commit of one put, fsync, 1 writer", Each(synced, [&](uint64_t i) { put(i, 1, true); }));
  Figures batched = Each(bulk / 100, [&](uint64_t i) { put(synced + i * 100, 100, false); });
  batched.per_second *= 100, batched.cpu_seconds_per_million /= 100;
  bench.report.Measured(Role::kFloor, "puts in commits of 100, no fsync (latency: a commit's)", batched);
  const auto snapshot = store->TakeSnapshot();
  std::string value;
  const auto get = [&](uint64_t i) {
    if (!*snapshot->Get(store::Family::kTail, Key(Mix(i, 1) % synced), &value)) throw std::runtime_error("a key is lost");
  };
  bench.report.Measured(Role::kFloor, "gets of keys that are there", Each(bulk, get));
  bench.report.Measured(Role::kFloor, "scan", ScanAll(*snapshot, bulk / 100 * 100));
}

void SpaceRow(Bench& bench) {
  const Ingested& base = bench.Base();
  const double events = static_cast<double>(base.events);
  Report& report = bench.report;
  report.Value(Role::kEngine, "bytes on disk per event, as ingest left them", static_cast<double>(BytesBelow(base.data)) / events, "B");
  uint64_t records = 0;
  {
    // Opening writes what was in write-ahead logs into sorted files.
    const auto cluster = OpenCluster(base.data);
    records = RecordBytes(*cluster);
  }
  uint64_t stored = 0;
  for (const auto& [family, bytes] : BytesByFamily(base.data)) {
    stored += bytes;
    if (bytes > 0) report.Value(Role::kEngine, "column family " + family, static_cast<double>(bytes) / events, "B per event");
  }
  report.Value(Role::kFloor, "uncompressed records", static_cast<double>(records) / events, "B per event");
  const double ratio = static_cast<double>(stored) / static_cast<double>(records);
  report.Compare("sorted files", Number(static_cast<double>(stored) / events) + " B/event",
                 "uncompressed records: " + Number(static_cast<double>(records) / events) + " B", ratio, AtMost(0.75));
}

}  // namespace guanxi::bench
