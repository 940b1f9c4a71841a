// Durable appends over gRPC, beside an empty service, the disk and a peer.
#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

#include "bench/appender.h"
#include "bench/bench.h"
#include "bench/events.h"

namespace guanxi::bench {
namespace {

struct Shape {
  int clients, batch;
  double bar_against_peer;
};
constexpr Shape kShapes[] = {{1, 1, 1.5}, {8, 1, 1.5}, {64, 1, 2.2}, {8, 100, 1.5}};

Figures AppendTo(Bench& bench, const Guanxid& daemon, const Shape& shape, CallsResult* result) {
  Appender appender(fmt::format("a{}x{}", shape.clients, shape.batch), bench.options.AccountCount(), shape.clients, shape.batch, kFirst);
  Calls calls;
  calls.address = daemon.address();
  calls.method = kAppendMethod;
  calls.clients = shape.clients;
  calls.seconds = bench.options.seconds;
  calls.request = [&](int client) { return appender.Request(client); };
  return RunAgainst(calls, daemon.pid(), shape.batch, result);
}

// The peer's load, as its own client makes it: see peers/umadb.
class UmaDb {
 public:
  explicit UmaDb(Bench& bench) : bench_(bench), data_(bench.NewPath("umadb")) {
    if (bench.options.umadb.empty()) return;
    server_ = std::make_unique<Child>(
        std::vector<std::string>{bench.options.umadb + "/bin/umadb", "--listen", address_, "--db-path", data_}, data_ + ".log");
  }

  std::optional<Figures> Append(const Shape& shape, size_t payload_bytes) {
    if (server_ == nullptr) return std::nullopt;
    const double cpu = CpuSecondsOf(server_->pid());
    Child load({bench_.options.umadb + "/bin/umadb-load", "http://" + address_, std::to_string(shape.clients), std::to_string(shape.batch),
                std::to_string(bench_.options.AccountCount()), std::to_string(payload_bytes), fmt::format("{}", bench_.options.seconds)},
               data_ + ".log");
    std::istringstream line(load.ReadLine());
    double events = 0;
    Figures figures;
    if (!(line >> events >> figures.per_second >> figures.p50_micros >> figures.p99_micros))
      throw std::runtime_error("umadb-load said " + line.str());
    load.AwaitEnd();
    figures.cpu_seconds_per_million = (CpuSecondsOf(server_->pid()) - cpu) * 1e6 / events;
    return figures;
  }

 private:
  Bench& bench_;
  std::string data_, address_ = FreeAddress();
  std::unique_ptr<Child> server_;
};

void CompareShape(Bench& bench, const Guanxid& daemon, UmaDb& umadb, const Shape& shape) {
  Report& report = bench.report;
  const std::string what = fmt::format("{} clients x {}", shape.clients, shape.batch);
  CallsResult calls;
  const Figures engine = AppendTo(bench, daemon, shape, &calls);
  report.Measured(Role::kEngine, "guanxid, " + what, engine);
  const Figures echo = shape.batch == 1 ? bench.Echo(shape.clients, calls.request_bytes, calls.answer_bytes) : Figures{};
  if (shape.clients == 1) {
    const double floor = 1e6 / (echo.p50_micros + bench.Fsync(calls.request_bytes).p50_micros);
    report.Compare(what, Rate(engine.per_second), fmt::format("1 / (echo + fsync p50): {}", Rate(floor)), engine.per_second / floor,
                   AtLeast(0.7));
  } else if (shape.batch == 1) {
    report.Compare(what, Rate(engine.per_second), "empty echo: " + Rate(echo.per_second), engine.per_second / echo.per_second,
                   shape.clients == 64 ? AtLeast(0.65) : Bar{});
  }
  if (const auto peer = umadb.Append(shape, calls.request_bytes / shape.batch)) {
    report.Measured(Role::kPeer, "UmaDB, " + what, *peer);
    report.Compare(what, Rate(engine.per_second), "UmaDB: " + Rate(peer->per_second), engine.per_second / peer->per_second,
                   AtLeast(shape.bar_against_peer));
  } else {
    report.NotMeasured(what, "UmaDB: peer not built, needs cargo");
  }
}

}  // namespace

void AppendRow(Bench& bench) {
  Guanxid daemon(bench.NewPath("append"));
  UmaDb umadb(bench);
  for (const Shape& shape : kShapes) CompareShape(bench, daemon, umadb, shape);
}

}  // namespace guanxi::bench
