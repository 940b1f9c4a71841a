// Reads over gRPC: alone, beside ingest, of a past date, of a giant account, through month ends.
#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench/appender.h"
#include "bench/bench.h"
#include "bench/events.h"
#include "guanxi/v1/account_service.pb.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::bench {
namespace {

constexpr Timestamp kEnd{kFirst.micros + kSpanMicros};

// Reads of random accounts below `accounts`; valid_to(n): of the n-th read, not of now.
struct Reads {
  uint64_t accounts;
  int clients = 1;
  std::function<Timestamp(uint64_t n)> valid_to = {};
  const std::atomic<bool>* stop = nullptr;
  uint64_t first_account = 0;
};

Figures Read(Bench& bench, const Guanxid& daemon, const Reads& reads, CallsResult* result = nullptr) {
  uint64_t n = 0;
  Calls calls;
  calls.address = daemon.address();
  calls.method = "/guanxi.v1.AccountService/GetAccount";
  calls.clients = reads.clients;
  calls.seconds = bench.options.seconds;
  calls.stop = reads.stop;
  calls.request = [&](int) {
    v1::GetAccountRequest request;
    request.mutable_account()->set_account_id(AccountName(reads.first_account + Mix(++n, bench.options.seed) % reads.accounts));
    if (reads.valid_to)
      request.mutable_consistency()->mutable_as_of()->mutable_valid_to()->set_seconds(reads.valid_to(n).micros / 1'000'000);
    return ToBytes(request);
  };
  return RunAgainst(calls, daemon.pid(), 1, result);
}

// The base as another daemon may change it.
std::unique_ptr<Guanxid> DaemonOnCopy(Bench& bench) {
  const std::string copy = bench.NewPath("copy");
  std::filesystem::copy(bench.Base().data, copy, std::filesystem::copy_options::recursive);
  return std::make_unique<Guanxid>(copy);
}

void ReadAlone(Bench& bench, const Guanxid& daemon, int clients) {
  CallsResult calls;
  const std::string what = fmt::format("GetAccount, {} clients", clients);
  const Figures engine = Read(bench, daemon, {bench.Base().accounts, clients}, &calls);
  bench.report.Measured(Role::kEngine, what, engine);
  const Figures echo = bench.Echo(clients, calls.request_bytes, calls.answer_bytes);
  if (clients == 1) {
    bench.report.Compare("p50", Micros(engine.p50_micros), "empty echo: " + Micros(echo.p50_micros), engine.p50_micros / echo.p50_micros,
                         AtMost(1.25));
  } else {
    bench.report.Compare(what, Rate(engine.per_second), "empty echo: " + Rate(echo.per_second), engine.per_second / echo.per_second, {});
  }
}

Calls AppendBatches(Bench& bench, const Guanxid& daemon, Appender& appender) {
  Calls calls;
  calls.address = daemon.address();
  calls.method = kAppendMethod;
  calls.clients = 8;
  calls.seconds = bench.options.seconds;
  calls.request = [&appender](int client) { return appender.Request(client); };
  return calls;
}

void ReadBesideIngest(Bench& bench, const Guanxid& daemon) {
  Appender appender("ingest", bench.Base().accounts, 8, 100, kEnd);
  Calls ingest = AppendBatches(bench, daemon, appender);
  const double most = Run(ingest).per_second;
  bench.report.Measured(Role::kEngine, "the most it takes in, 8 clients x 100", {most * 100});
  std::atomic<bool> stop{false};
  ingest.stop = &stop;
  ingest.per_second = most / 2;
  ingest.seconds = bench.options.seconds * 3;
  std::exception_ptr failure;
  std::thread ingesting([&] {
    try {
      Run(ingest);
    } catch (...) {
      failure = std::current_exception();
    }
  });
  const Figures reads = Read(bench, daemon, {bench.Base().accounts});
  stop = true;
  ingesting.join();
  if (failure) std::rethrow_exception(failure);
  bench.report.Measured(Role::kEngine, "GetAccount, 1 client, while it takes in half of that", reads);
  bench.report.Compare("p99 beside ingest", Micros(reads.p99_micros), "its p50: " + Micros(reads.p50_micros),
                       reads.p99_micros / reads.p50_micros, AtMost(3));
}

}  // namespace

void GetRow(Bench& bench) {
  const auto daemon = DaemonOnCopy(bench);
  ReadAlone(bench, *daemon, 1);
  ReadAlone(bench, *daemon, 64);
  ReadBesideIngest(bench, *daemon);
}

void AsOfRow(Bench& bench) {
  const uint64_t accounts = bench.options.brief ? 2 : 100, each = 1000;
  const std::string data = bench.NewPath("asof");
  IngestInto(data, InOrder(accounts * each, accounts), accounts * each, accounts);
  const Guanxid daemon(data);
  const Figures now = Read(bench, daemon, {accounts});
  bench.report.Measured(Role::kEngine, "GetAccount, accounts of 1,000 events", now);
  const auto random_date = [&](uint64_t n) {
    return Timestamp{kFirst.micros + static_cast<int64_t>(Mix(n, 2) % kSpanMicros) / 10 * 9 + kSpanMicros / 10};
  };
  const Figures then = Read(bench, daemon, {accounts, 1, random_date});
  bench.report.Measured(Role::kEngine, "the same as of a random date of the year", then);
  bench.report.Compare("p50 as of a date", Micros(then.p50_micros), "now: " + Micros(now.p50_micros), then.p50_micros / now.p50_micros,
                       AtMost(3));
}

// Single events of the accounts from `first` on, one after the other, each after all that they have.
Figures AppendTo(Bench& bench, const Guanxid& daemon, uint64_t first, uint64_t accounts) {
  uint64_t n = 0;
  Calls calls;
  calls.address = daemon.address();
  calls.method = kAppendMethod;
  calls.seconds = bench.options.seconds;
  calls.request = [&](int) {
    v1::AppendRequest request;
    const uint64_t id = (first + 1) * 1'000'000'000 + ++n;
    FillOrder(*request.add_events(), AccountName(first + n % accounts), id, {kEnd.micros + static_cast<int64_t>(n) * 1'000'000});
    return ToBytes(request);
  };
  return RunAgainst(calls, daemon.pid(), 1);
}

void GiantRow(Bench& bench) {
  const uint64_t giant = bench.options.brief ? 1000 : 100'000, accounts = 1000;
  // Account 0 is the giant; then as many events of the thousand others.
  const Plan plan = [giant](uint64_t n) {
    const int64_t step = kSpanMicros / static_cast<int64_t>(giant);
    return n < giant ? EventPlan{0, {kFirst.micros + static_cast<int64_t>(n) * step}}
                     : EventPlan{1 + n % (accounts - 1), {kFirst.micros + static_cast<int64_t>(n - giant) * step}};
  };
  const Guanxid daemon(bench.NewPath("giant"));
  const Figures one = Ingest(daemon, plan, 0, giant), others = Ingest(daemon, plan, giant, giant);
  bench.report.Measured(Role::kEngine, fmt::format("ingest of one account's {} events", Number(static_cast<double>(giant))), one);
  bench.report.Measured(Role::kEngine, "ingest of as many of 999 accounts", others);
  const Figures read = Read(bench, daemon, {1}), ordinary = Read(bench, daemon, {accounts - 1, 1, {}, nullptr, 1});
  bench.report.Measured(Role::kEngine, "GetAccount of the giant", read);
  bench.report.Measured(Role::kEngine, "GetAccount of an ordinary account", ordinary);
  bench.report.Compare("ingest, CPU", Number(one.cpu_seconds_per_million) + " CPU s/M",
                       "ordinary: " + Number(others.cpu_seconds_per_million) + " CPU s/M",
                       one.cpu_seconds_per_million / others.cpu_seconds_per_million, AtMost(2));
  bench.report.Compare("GetAccount p50", Micros(read.p50_micros), "ordinary: " + Micros(ordinary.p50_micros),
                       read.p50_micros / ordinary.p50_micros, AtMost(2));
  const Figures to_giant = AppendTo(bench, daemon, 0, 1), to_others = AppendTo(bench, daemon, 1, accounts - 1);
  bench.report.Measured(Role::kEngine, "Append to the giant, 1 client", to_giant);
  bench.report.Measured(Role::kEngine, "Append to ordinary accounts, 1 client", to_others);
  bench.report.Compare("Append p50", Micros(to_giant.p50_micros), "ordinary: " + Micros(to_others.p50_micros),
                       to_giant.p50_micros / to_others.p50_micros, AtMost(2));
}

void MonthEndRow(Bench& bench) {
  const uint64_t events = bench.options.events, accounts = bench.options.AccountCount();
  const Guanxid daemon(bench.NewPath("monthend"));
  Ingest(daemon, InOrder(events, accounts), 0, events);
  const Figures quiet = Read(bench, daemon, {accounts});
  std::atomic<bool> stop{false}, swept{false};
  std::exception_ptr failure;
  std::thread sweeping([&] {
    try {
      // To the end of the year and through the next one: every account's windows move at every month end.
      for (int64_t month = 0; month < 13 && !stop; ++month) {
        daemon.AdvanceClock({kEnd.micros + month * 31 * 86'400'000'000});
        daemon.WaitForSweep();
      }
    } catch (...) {
      failure = std::current_exception();
    }
    swept = true;
  });
  const Figures reads = Read(bench, daemon, {accounts, 1, {}, &swept});
  stop = true;
  sweeping.join();
  if (failure) std::rethrow_exception(failure);
  bench.report.Measured(Role::kEngine, "GetAccount between month ends", quiet);
  bench.report.Measured(Role::kEngine, "GetAccount while month ends are swept", reads);
  bench.report.Compare(fmt::format("p99 in a sweep of {} accounts", Number(static_cast<double>(accounts))), Micros(reads.p99_micros),
                       "between: " + Micros(quiet.p99_micros), reads.p99_micros / quiet.p99_micros, {});
}

}  // namespace guanxi::bench
