// What is computed from the log: rebuilds and proofs, in this process.
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "bench/bench.h"
#include "bench/local_cluster.h"
#include "codec/event_decoder.h"
#include "codec/record.h"
#include "partition/view_tree.h"

namespace guanxi::bench {
namespace {

using Clock = std::chrono::steady_clock;
using partition::Cluster;

template <class Work>
Figures Whole(double events, Work&& work) {
  const double cpu = OwnCpuSeconds();
  const auto started = Clock::now();
  work();
  return {events / std::chrono::duration<double>(Clock::now() - started).count(), 0, 0, (OwnCpuSeconds() - cpu) * 1e6 / events};
}

template <class T>
T Get(absl::StatusOr<T> value) {
  if (!value.ok()) throw std::runtime_error(std::string(value.status().message()));
  return *std::move(value);
}

void ScanAndParse(Cluster& cluster) {
  codec::EventDecoder decoder;
  for (uint32_t p = 0; p < cluster.partitions(); ++p) {
    auto log = cluster.ViewOf(PartitionId(p))->Log();
    for (uint64_t at = 0; at < log.size(); ++at) {
      const codec::RecordView record = Get(codec::DecodeRecord(Get(log.View(Position{at}))));
      if (!decoder.DecodeEvent(record, Position{at}).ok() && at % 256 == 255) continue;  // control records are no events
    }
  }
}

void Rebuild(Cluster& cluster) {
  for (uint32_t p = 0; p < cluster.partitions(); ++p)
    if (Get(cluster.Rebuild(PartitionId(p), false, {})).rows_different != 0) throw std::runtime_error("a rebuild differs");
}

constexpr uint64_t kEventsOfTheBar = 10'000'000;  // of all partitions

// Making and checking one kind of proof.
struct ProofTimes {
  Samples make, check;
};

template <class Make, class Check>
void TimeProof(ProofTimes& times, Make&& make, Check&& check) {
  const auto started = Clock::now();
  const ledger::Proof proof = Get(make());
  const auto made = Clock::now();
  if (!check(proof)) throw std::runtime_error("a proof does not verify");
  times.make.Add(std::chrono::duration<double, std::micro>(made - started).count());
  times.check.Add(std::chrono::duration<double, std::micro>(Clock::now() - made).count());
}

void ReportProof(Bench& bench, const std::string& kind, ProofTimes& times, uint64_t size) {
  const auto row = [&](const std::string& what, Samples& samples) {
    const Figures figures{0, samples.At(0.5), samples.At(0.99), 0};
    bench.report.Measured(Role::kEngine, what, figures);
    bench.report.Compare(fmt::format("{}, log of {}", what, Number(static_cast<double>(size))), Micros(figures.p99_micros) + " p99", "1 ms",
                         figures.p99_micros / 1000, bench.options.events >= kEventsOfTheBar ? AtMost(1) : Bar{});
  };
  row(kind + ": make", times.make);
  row(kind + ": check", times.check);
}

}  // namespace

void RebuildRow(Bench& bench) {
  const auto cluster = OpenCluster(bench.Base().data);
  const double events = static_cast<double>(bench.Base().events);
  const Figures scan = Whole(events, [&] { ScanAndParse(*cluster); });
  bench.report.Measured(Role::kFloor, "bare scan and parse of the log, 1 thread", scan);
  const Figures rebuild = Whole(events, [&] { Rebuild(*cluster); });
  bench.report.Measured(Role::kEngine, "rebuild of all views, compared row by row", rebuild);
  // Per core: by CPU time, whatever the number of threads.
  bench.report.Compare("per core", Number(rebuild.cpu_seconds_per_million) + " CPU s/M",
                       "scan and parse: " + Number(scan.cpu_seconds_per_million) + " CPU s/M",
                       scan.cpu_seconds_per_million / rebuild.cpu_seconds_per_million, AtLeast(0.6));
}

void ProofRow(Bench& bench) {
  const auto cluster = OpenCluster(bench.Base().data);
  const partition::ViewPtr view = cluster->ViewOf(PartitionId{0});
  const uint64_t size = view->log_size;
  const ledger::Hash root = Get(partition::TreeRoot(*view, size));
  ledger::Hasher hasher;
  auto log = view->Log();
  ProofTimes inclusion, consistency;
  for (uint64_t i = 0; i < (bench.options.brief ? 20u : 2000u); ++i) {
    const uint64_t at = Mix(i, bench.options.seed) % size;
    const ledger::Hash leaf = hasher.Leaf(Get(log.View(Position{at})));
    TimeProof(
        inclusion, [&] { return partition::InclusionProof(*view, at, size); },
        [&](const ledger::Proof& proof) { return ledger::VerifyInclusion(hasher, leaf, at, size, proof, root); });
    const ledger::Hash old_root = Get(partition::TreeRoot(*view, at + 1));
    TimeProof(
        consistency, [&] { return partition::ConsistencyProof(*view, at + 1, size); },
        [&](const ledger::Proof& proof) { return ledger::VerifyConsistency(hasher, at + 1, old_root, size, root, proof); });
  }
  ReportProof(bench, "inclusion", inclusion, size);
  ReportProof(bench, "consistency", consistency, size);
}

}  // namespace guanxi::bench
