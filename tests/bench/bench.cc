#include "bench/bench.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

#include "bench/events.h"
#include "echo.pb.h"

namespace guanxi::bench {
namespace {

using Clock = std::chrono::steady_clock;

// A tag and a length lie before the padding; an answer of 0 bytes has none.
size_t PaddingFor(size_t message_bytes) { return message_bytes < 2 ? 0 : message_bytes - (message_bytes > 129 ? 3 : 2); }

grpc::ByteBuffer EchoOf(size_t request_bytes, size_t answer_bytes) {
  EchoRequest request;
  request.set_answer_bytes(static_cast<uint32_t>(PaddingFor(answer_bytes)));
  const size_t used = request.ByteSizeLong();
  request.mutable_padding()->resize(request_bytes > used ? PaddingFor(request_bytes - used) : 0);
  return ToBytes(request);
}

}  // namespace

Figures Bench::Echo(int clients, size_t request_bytes, size_t answer_bytes) {
  if (echo_ == nullptr) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "guanxi_bench_echo";
    echo_ = std::make_unique<Child>(std::vector<std::string>{program.string()}, NewPath("echo.log"));
    echo_address_ = echo_->ReadLine();
  }
  const std::string what = fmt::format("empty gRPC echo, {} B -> {} B, {} clients", request_bytes, answer_bytes, clients);
  if (const auto known = floors_.find(what); known != floors_.end()) return known->second;
  const grpc::ByteBuffer request = EchoOf(request_bytes, answer_bytes);
  Calls calls;
  calls.address = echo_address_;
  calls.method = "/guanxi.bench.EchoService/Echo";
  calls.clients = clients;
  calls.seconds = options.seconds;
  calls.request = [&](int) { return request; };
  const Figures figures = RunAgainst(calls, echo_->pid(), 1);
  report.Measured(Role::kFloor, what, figures);
  return floors_[what] = figures;
}

Figures Bench::Fsync(size_t bytes) {
  const std::string what = fmt::format("append of {} B to a file and fdatasync", bytes);
  if (const auto known = floors_.find(what); known != floors_.end()) return known->second;
  const std::string path = NewPath("fsync");
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) throw std::runtime_error("cannot write " + path);
  const std::string text(bytes, 'x');
  Samples micros;
  const auto started = Clock::now();
  double seconds = 0;
  while (seconds < options.seconds) {
    const auto before = Clock::now();
    if (write(file, text.data(), bytes) != static_cast<ssize_t>(bytes) || fdatasync(file) != 0)
      throw std::runtime_error("cannot sync " + path);
    const auto after = Clock::now();
    micros.Add(std::chrono::duration<double, std::micro>(after - before).count());
    seconds = std::chrono::duration<double>(after - started).count();
  }
  close(file);
  std::filesystem::remove(path);
  const Figures figures{static_cast<double>(micros.count()) / seconds, micros.At(0.5), micros.At(0.99), 0};
  report.Measured(Role::kFloor, what, figures);
  return floors_[what] = figures;
}

double Bench::CpuSeconds() const { return OwnCpuSeconds() + EndedChildrensCpuSeconds() + (echo_ ? CpuSecondsOf(echo_->pid()) : 0); }

const Ingested& Bench::Base() {
  if (!base_) {
    const uint64_t accounts = options.AccountCount();
    base_ = IngestInto(NewPath("base"), InOrder(options.events, accounts), options.events, accounts);
    report.Measured(Role::kEngine,
                    fmt::format("ingest of {} events of {} accounts, 2 streams", Number(static_cast<double>(options.events)),
                                Number(static_cast<double>(accounts))),
                    base_->figures);
  }
  return *base_;
}

}  // namespace guanxi::bench
