// Bringing many events in: at what cost, as they grow, as they come late, as one account takes a fifth of them.
#include <fmt/format.h>

#include "bench/bench.h"
#include "bench/events.h"

namespace guanxi::bench {
namespace {

std::string Size(uint64_t events, uint64_t accounts) {
  return fmt::format("{} events of {} accounts", Number(static_cast<double>(events)), Number(static_cast<double>(accounts)));
}

// The in-order plan with its times or accounts bent.
void CompareWithBase(Bench& bench, const std::string& what, const Plan& plan, Bar bar) {
  const Ingested& base = bench.Base();
  const Ingested bent = IngestInto(bench.NewPath("bent"), plan, base.events, base.accounts);
  bench.report.Measured(Role::kEngine, "ingest, " + what, bent.figures);
  bench.report.Compare(what, Rate(bent.figures.per_second), "in order: " + Rate(base.figures.per_second),
                       bent.figures.per_second / base.figures.per_second, bar);
}

struct Grown {
  Ingested ingested;
  double restart_seconds = 0, resident_mib = 0;
};

Grown Grow(Bench& bench, uint64_t events, uint64_t accounts) {
  const std::string data = bench.NewPath("growth");
  Grown grown{IngestInto(data, InOrder(events, accounts), events, accounts)};
  Guanxid daemon(data);
  grown.restart_seconds = daemon.seconds_to_ready();
  grown.resident_mib = ResidentMibOf(daemon.pid()).now;
  const std::string what = Size(events, accounts);
  bench.report.Measured(Role::kEngine, "ingest, " + what, grown.ingested.figures);
  bench.report.Value(Role::kEngine, "resident at most while ingesting, " + what, grown.ingested.peak_mib, "MiB");
  bench.report.Value(Role::kEngine, "restart, " + what, grown.restart_seconds, "s");
  bench.report.Value(Role::kEngine, "resident after a restart, " + what, grown.resident_mib, "MiB");
  return grown;
}

}  // namespace

void ImportRow(Bench& bench) {
  const Ingested& base = bench.Base();
  bench.report.Value(Role::kEngine, "resident at most", base.peak_mib, "MiB");
  bench.report.Compare(Size(base.events, base.accounts), Rate(base.figures.per_second), "-", 0, {});
}

void GrowthRow(Bench& bench) {
  struct Size {
    uint64_t events, accounts;
    double bar;
  };
  const Grown small = Grow(bench, bench.options.brief ? 1000 : 100'000, bench.options.brief ? 100 : 10'000);
  std::vector<Size> sizes;
  if (bench.options.brief) sizes.push_back({2000, 200, 0});
  if (!bench.options.brief) sizes.push_back({1'000'000, 100'000, 0});
  if (bench.options.events >= 10'000'000) sizes.insert(sizes.end(), {{10'000'000, 100'000, 1.1}, {10'000'000, 1'000'000, 1.5}});
  for (const Size& size : sizes) {
    const Grown grown = Grow(bench, size.events, size.accounts);
    const double cost = grown.ingested.figures.cpu_seconds_per_million, first = small.ingested.figures.cpu_seconds_per_million;
    const std::string what = bench::Size(size.events, size.accounts);
    bench.report.Compare(what, Number(cost) + " CPU s/M", "100k / 10k: " + Number(first) + " CPU s/M", cost / first,
                         size.bar > 0 ? AtMost(size.bar) : Bar{});
    bench.report.Compare(what, Number(grown.ingested.peak_mib) + " MiB resident", "512 MiB", grown.ingested.peak_mib / 512, AtMost(1));
    bench.report.Compare(what, Number(grown.restart_seconds) + " s to restart", "2 s", grown.restart_seconds / 2, AtMost(1));
  }
}

void LateRow(Bench& bench) {
  const Plan in_order = InOrder(bench.options.events, bench.options.AccountCount());
  const uint64_t seed = bench.options.seed;
  CompareWithBase(
      bench, "10% up to 1 hour late, 1% up to 6 months",
      [=](uint64_t n) {
        EventPlan plan = in_order(n);
        const uint64_t draw = Mix(n, seed) % 100, by = Mix(n, seed + 1);
        constexpr int64_t kHour = 3'600'000'000, kHalfYear = 182 * 24 * kHour;
        if (draw == 0) plan.occurred_at.micros -= static_cast<int64_t>(by % kHalfYear);
        if (draw >= 1 && draw <= 10) plan.occurred_at.micros -= static_cast<int64_t>(by % kHour);
        return plan;
      },
      AtLeast(0.5));
}

void SkewRow(Bench& bench) {
  const Plan in_order = InOrder(bench.options.events, bench.options.AccountCount());
  CompareWithBase(bench, "one account takes 20%",
                  [=](uint64_t n) {
                    EventPlan plan = in_order(n);
                    if (n % 5 == 0) plan.account = 0;
                    return plan;
                  },
                  {});
}

}  // namespace guanxi::bench
