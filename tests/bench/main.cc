// The benchmark: a table of rows, each a small function. See docs/benchmarks.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "bench/bench.h"
#include "bench/machine.h"
#include "support/temporary_directory.h"

namespace guanxi::bench {
namespace {

constexpr RowEntry kRows[] = {
    {"store", "the store library alone: synced and batched puts, gets, a scan", StoreRow},
    {"append", "durable Append over gRPC at 1, 8, 64 clients and 8 x 100, beside echo, fsync and UmaDB", AppendRow},
    {"get", "GetAccount over gRPC, alone and beside ingest, beside echo", GetRow},
    {"import", "many events through AppendStream", ImportRow},
    {"kafka", "many events from a real topic, beside a bare drain of it and Kafka Streams; how soon one is seen", KafkaRow},
    {"rebuild", "all views again from the log, beside a bare scan and parse", RebuildRow},
    {"space", "bytes on disk per event, by column family", SpaceRow},
    {"asof", "a read of a past date, accounts of 1,000 events", AsOfRow},
    {"late", "ingest with late events", LateRow},
    {"skew", "ingest where one account takes a fifth", SkewRow},
    {"giant", "an account of 100,000 events", GiantRow},
    {"monthend", "reads while month ends are swept", MonthEndRow},
    {"subscribers", "1,000 subscribers to 1% each", SubscribersRow},
    {"proofs", "making and checking Merkle proofs", ProofRow},
    {"growth", "cost, memory and restart at 100k, 1M and, with --events 10000000, 10M events", GrowthRow},
};

struct Invocation {
  Options options;
  std::vector<std::string> rows;
  std::string json, commit = "unknown";
  double quiet_seconds = 60;
};

std::string Footer() {
  std::string text = "Rows (all, when none is named):\n";
  for (const RowEntry& row : kRows) text += fmt::format("  {:<12} {}\n", row.name, row.what);
  return text + R"(Examples:
  tools/bench                               everything at 100,000 events of 10,000 accounts
  tools/bench append get --seconds 10       two rows, measured longer
  tools/bench growth --events 10000000      the large sizes too
  tools/bench --json results.json --dir /data/tmp
How to read it: docs/benchmarks.md)";
}

bool Parse(int argc, char** argv, Invocation& in, int& code) {
  CLI::App app{"tools/bench: the engine beside floors and peers that are measured in the same run."};
  app.footer(Footer());
  std::vector<std::string> names;
  for (const RowEntry& row : kRows) names.emplace_back(row.name);
  app.add_option("rows", in.rows, "which rows")->check(CLI::IsMember(names));
  app.add_option("--events", in.options.events, "events of the ingested rows")->check(CLI::Range(1000, 100'000'000))->capture_default_str();
  app.add_option("--accounts", in.options.accounts, "accounts they belong to; default: a tenth")->check(CLI::Range(2, 10'000'000));
  app.add_option("--seconds", in.options.seconds, "of each closed-loop measurement")->check(CLI::Range(0.1, 600.0))->capture_default_str();
  app.add_option("--seed", in.options.seed, "of what is random")->capture_default_str();
  app.add_option("--dir", in.options.folder, "where to write; its disk is measured; default: the folder for temporary files")
      ->check(CLI::ExistingDirectory);
  app.add_option("--json", in.json, "also write everything to this file");
  app.add_option("--wait-for-quiet", in.quiet_seconds, "seconds to wait until nobody else uses the machine")->capture_default_str();
  app.add_option("--umadb", in.options.umadb, "prefix of the peer's programs (tools/bench sets it)");
  app.add_option("--kafka-streams", in.options.kafka_streams, "folder of the peer's jars (tools/bench sets it)");
  app.add_option("--commit", in.commit, "what is measured (tools/bench sets it)");
  app.add_flag("--brief", in.options.brief, "tests the harness: everything tiny, no figure worth reading");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    code = app.exit(error) == 0 ? 0 : 2;
    return false;
  }
  if (in.options.brief) in.options.events = 2000, in.options.seconds = 0.2, in.quiet_seconds = 0;
  return true;
}

// Whether it was measured to its end.
bool RunRow(Bench& bench, const RowEntry& row) {
  bench.report.Begin(row.name);
  const double cpu = bench.CpuSeconds();
  const MachineWatch watch;
  bool complete = true;
  try {
    row.run(bench);
  } catch (const std::exception& failure) {
    bench.report.NotMeasured("failed", failure.what());
    complete = false;
  }
  bench.report.Note("the machine meanwhile: " + ToText(watch.Stop(bench.CpuSeconds() - cpu)));
  return complete;
}

int RunAll(const Invocation& in) {
  Bench bench(in.options);
  const std::string machine = DescribeMachine(in.options.folder);
  const std::string before = ToText(WaitForQuiet(in.quiet_seconds));
  fmt::print("commit {}, seed {}, {} events, {} accounts, {} s a measurement\n{}\nbefore: {}\n", in.commit, in.options.seed,
             in.options.events, in.options.AccountCount(), in.options.seconds, machine, before);
  bool complete = true;
  for (const RowEntry& row : kRows)
    if (in.rows.empty() || std::find(in.rows.begin(), in.rows.end(), row.name) != in.rows.end()) complete &= RunRow(bench, row);
  bench.report.PrintTable();
  const std::string after = ToText(WatchMachine());
  fmt::print("\nafter: {}\n", after);
  if (!in.json.empty()) {
    boost::json::object json = bench.report.ToJson();
    json["commit"] = in.commit;
    json["seed"] = in.options.seed;
    json["events"] = in.options.events;
    json["accounts"] = in.options.AccountCount();
    json["machine"] = machine;
    json["before"] = before;
    json["after"] = after;
    std::ofstream(in.json) << boost::json::serialize(json) << "\n";
  }
  return complete ? 0 : 1;
}

}  // namespace
}  // namespace guanxi::bench

int main(int argc, char** argv) {
  guanxi::bench::Invocation in;
  int code = 0;
  if (!guanxi::bench::Parse(argc, argv, in, code)) return code;
  if (!in.options.folder.empty()) setenv("TMPDIR", in.options.folder.c_str(), 1);
  const guanxi::test::TemporaryDirectory directory;
  in.options.folder = directory.path();
  return RunAll(in);
}
