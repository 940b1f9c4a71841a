// What the rows of a run share: its options, its report, and servers that are started when first asked for.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "bench/calls.h"
#include "bench/guanxid.h"
#include "bench/report.h"

namespace guanxi::bench {

struct Options {
  uint64_t events = 100'000;
  uint64_t accounts = 0;  // 0: a tenth of the events
  double seconds = 5;     // of each closed-loop measurement
  uint64_t seed = 1;
  bool brief = false;         // the harness's own test: everything runs, nothing is worth reading
  std::string folder;         // where data are written; its disk is the one that is measured
  std::string kafka_streams;  // the peer's jars; empty: not built
  std::string umadb;          // prefix with bin/umadb and bin/umadb-load; empty: not built
  uint64_t AccountCount() const { return accounts != 0 ? accounts : std::max<uint64_t>(events / 10, 1); }
};

class Bench {
 public:
  explicit Bench(const Options& given) : options(given) {}

  const Options options;
  Report report;

  // A path for something new in the run's folder.
  std::string NewPath(const std::string& name) { return options.folder + "/" + name + "-" + std::to_string(++paths_); }

  // The empty gRPC service, with messages of these sizes.
  Figures Echo(int clients, size_t request_bytes, size_t answer_bytes);
  // One thread that appends so many bytes to a file and syncs, again and again.
  Figures Fsync(size_t bytes);
  // options.events of options.AccountCount() accounts, ingested in order through AppendStream. Made once per run.
  const Ingested& Base();

  // Of this process, of its children that ended and of the echo service, so far.
  double CpuSeconds() const;

 private:
  int paths_ = 0;
  std::unique_ptr<Child> echo_;
  std::string echo_address_;
  std::map<std::string, Figures> floors_;
  std::optional<Ingested> base_;
};

// A row measures, reports, and throws when it cannot.
struct RowEntry {
  const char* name;
  const char* what;
  void (*run)(Bench&);
};

// rows_*.cc
void StoreRow(Bench& bench);
void AppendRow(Bench& bench);
void GetRow(Bench& bench);
void ImportRow(Bench& bench);
void RebuildRow(Bench& bench);
void SpaceRow(Bench& bench);
void AsOfRow(Bench& bench);
void GrowthRow(Bench& bench);
void LateRow(Bench& bench);
void SkewRow(Bench& bench);
void GiantRow(Bench& bench);
void MonthEndRow(Bench& bench);
void KafkaRow(Bench& bench);
void SubscribersRow(Bench& bench);
void ProofRow(Bench& bench);

}  // namespace guanxi::bench
