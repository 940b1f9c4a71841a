// The engine beside its floors, in one process and one run: what an append, a
// rebuild and a read cost, and what the bare store and a bare scan cost on the
// same bytes. gRPC and peers are not measured here.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "partition/event_source.h"
#include "support/cluster_fixture.h"
#include "support/temporary_directory.h"

using namespace guanxi;
using namespace guanxi::test;
using Clock = std::chrono::steady_clock;

namespace {

double Seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct Row {
  std::string what;
  double per_second = 0;
  double cpu_micros_per_event = 0;
};

Row Measure(const std::string& what, uint64_t events, const std::function<void()>& work) {
  const auto started = Clock::now();
  const double cpu = CpuSeconds();
  work();
  const double seconds = Seconds(started);
  return {what, events / seconds, (CpuSeconds() - cpu) * 1e6 / events};
}

void Print(const Row& row, const Row* floor) {
  fmt::print("{:<54}{:>14.0f}/s {:>9.2f} us CPU{}\n", row.what, row.per_second, row.cpu_micros_per_event,
             floor ? fmt::format("   {:.2f} x its floor", row.per_second / floor->per_second) : std::string("   (floor)"));
}

std::string AccountOf(uint64_t n, uint64_t accounts) { return "account-" + std::to_string(n * 7919 % accounts); }

codec::Record EventNumber(uint64_t n, uint64_t accounts) {
  const Timestamp at{At("2023-01-01").micros + static_cast<int64_t>(n) * 60 * kMicrosPerSecond};
  return Order(AccountOf(n, accounts), "o" + std::to_string(n), FormatTimestamp(at), static_cast<int64_t>(100 + n % 900));
}

// As many fsynced commits of the same bytes as one writer makes.
Row StoreFloor(uint64_t events) {
  TemporaryDirectory directory;
  auto store = *store::Store::Open(directory.path(), std::make_shared<store::SharedMemory>(32 << 20, 64 << 20));
  const std::string record = codec::EncodeRecord(EventNumber(1, 10).View());
  return Measure("bare store: one fsynced put per event, 1 writer", events, [&] {
    for (uint64_t i = 0; i < events; ++i) {
      store::Batch batch;
      batch.Put(store::Family::kBlocks, std::to_string(i), record);
      if (!store->Write(batch, true).ok()) std::abort();
    }
  });
}

Row AppendRow(ClusterFixture& fixture, uint64_t first, uint64_t events, uint64_t accounts, int clients, uint64_t batch) {
  std::atomic<uint64_t> next{first};
  const uint64_t end = first + events;
  return Measure(fmt::format("append, fsync before the answer, {} clients x {}", clients, batch), events, [&] {
    std::vector<std::thread> threads;
    for (int c = 0; c < clients; ++c)
      threads.emplace_back([&] {
        for (uint64_t at = next.fetch_add(batch); at < end; at = next.fetch_add(batch)) {
          // One submission is one account's: a batch goes to the partitions as they come, and is awaited whole.
          std::atomic<uint64_t> open{std::min(batch, end - at)};
          for (uint64_t i = at; i < std::min(end, at + batch); ++i) {
            partition::Submission submission;
            submission.events.push_back(EventNumber(i, accounts));
            const PartitionId to = fixture.cluster().PartitionOf(submission.events.front().account_id);
            fixture.cluster().Submit(to, std::move(submission), [&](const partition::SubmissionResult& result) {
              if (!result.front().status.ok()) std::abort();
              if (--open == 0) open.notify_one();
            });
          }
          for (uint64_t left = open; left != 0; left = open) open.wait(left);
        }
      });
    for (auto& thread : threads) thread.join();
  });
}

Row ScanFloor(ClusterFixture& fixture, uint64_t events) {
  return Measure("bare scan and parse of the log, 1 thread", events, [&] {
    codec::EventDecoder decoder;
    for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p) {
      auto log = fixture.cluster().ViewOf(PartitionId(p))->Log();
      for (uint64_t at = 0; at < log.size(); ++at) {
        const auto bytes = log.View(Position{at});
        if (!bytes.ok() || !decoder.DecodeEvent(*codec::DecodeRecord(*bytes), Position{at}).ok()) std::abort();
      }
    }
  });
}

Row RebuildRow(ClusterFixture& fixture, uint64_t events) {
  return Measure("rebuild of all views, compared row by row, 1 thread", events, [&] {
    for (uint32_t p = 0; p < fixture.cluster().partitions(); ++p) {
      const auto report = fixture.cluster().Rebuild(PartitionId(p), false, {});
      if (!report.ok() || report->rows_different != 0) std::abort();
    }
  });
}

void PrintReads(ClusterFixture& fixture, uint64_t reads, uint64_t accounts) {
  std::vector<double> micros;
  for (uint64_t i = 0; i < reads; ++i) {
    const auto started = Clock::now();
    fixture.Read(AccountOf(i, accounts));
    micros.push_back(Seconds(started) * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  fmt::print("{:<54}{:>11.1f} us p50 {:>9.1f} us p99\n", "read of an account's state, in process", micros[reads / 2],
             micros[reads * 99 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t events = 100'000, accounts = 10'000;
  CLI::App app{"The engine beside its floors, in process.\nExample: guanxi_bench --events 1000000 --accounts 100000"};
  app.add_option("--events", events, "events appended")->check(CLI::Range(1000, 100'000'000))->capture_default_str();
  app.add_option("--accounts", accounts, "accounts they belong to")->check(CLI::Range(1, 10'000'000))->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  double load = 0;
  if (getloadavg(&load, 1) == 1 && load > 0.5) fmt::print("the machine was not quiet: load {:.1f}\n", load);
  const uint64_t small = std::max<uint64_t>(events / 50, 200);
  const Row store_floor = StoreFloor(small);
  Print(store_floor, nullptr);
  ClusterFixture fixture(4);
  const uint64_t bulk = events - 2 * small;
  for (const Row& row : {AppendRow(fixture, 0, small, accounts, 1, 1), AppendRow(fixture, small, small, accounts, 8, 1),
                         AppendRow(fixture, 2 * small, bulk, accounts, 8, 100)})
    Print(row, &store_floor);
  const Row scan_floor = ScanFloor(fixture, events);
  Print(scan_floor, nullptr);
  const Row rebuild = RebuildRow(fixture, events);
  Print(rebuild, &scan_floor);
  PrintReads(fixture, std::min<uint64_t>(events, 20'000), accounts);
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(fixture.directory()))
    if (file.is_regular_file()) bytes += file.file_size();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("{} events, {} accounts: {:.0f} bytes on disk per event (write-ahead log included), {} MiB resident at most\n", events,
             accounts, static_cast<double>(bytes) / static_cast<double>(events), usage.ru_maxrss / 1024);
}
