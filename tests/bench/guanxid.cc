#include "bench/guanxid.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench/events.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxi/v1/event_service.grpc.pb.h"

namespace guanxi::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr uint64_t kStreams = 2;
constexpr int kEventsPerMessage = 500;

double Seconds(Clock::time_point since) { return std::chrono::duration<double>(Clock::now() - since).count(); }

void Check(const grpc::Status& status, const char* what) {
  if (!status.ok()) throw std::runtime_error(std::string(what) + ": " + status.error_message());
}

// This stream's share of the events.
void Stream(const Guanxid& daemon, const Plan& plan, uint64_t first, uint64_t count, uint64_t stream) {
  const auto stub = v1::EventService::NewStub(daemon.Connect());
  grpc::ClientContext context;
  v1::AppendStreamResponse response;
  const auto writer = stub->AppendStream(&context, &response);
  v1::AppendStreamRequest request;
  uint64_t sent = 0;
  for (uint64_t n = first; n < first + count; ++n) {
    const EventPlan planned = plan(n);
    if (planned.account % kStreams != stream) continue;
    FillOrder(*request.add_events(), AccountName(planned.account), n, planned.occurred_at);
    ++sent;
    if (request.events_size() < kEventsPerMessage) continue;
    if (!writer->Write(request)) break;
    request.clear_events();
  }
  if (request.events_size() > 0) writer->Write(request);
  writer->WritesDone();
  Check(writer->Finish(), "AppendStream");
  if (response.appended() != sent)
    throw std::runtime_error("of " + std::to_string(sent) + " events " + std::to_string(response.appended()) + " were appended; " +
                             (response.failures().empty() ? std::string("no reason given") : response.failures(0).message()));
}

}  // namespace

Guanxid::Guanxid(const std::string& data, const std::vector<std::string>& options) : data_(data) {
  const auto started = Clock::now();
  const std::string program = (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "guanxid").string();
  std::vector<std::string> command{program, "--data", data, "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"};
  command.insert(command.end(), options.begin(), options.end());
  child_ = std::make_unique<Child>(command, data + ".log");
  std::string line = child_->ReadLine();
  while (!line.starts_with("guanxid ready grpc=")) line = child_->ReadLine();
  address_ = line.substr(19, line.find(' ', 19) - 19);
  seconds_to_ready_ = Seconds(started);
}

std::shared_ptr<grpc::Channel> Guanxid::Connect() const {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments);
}

void Guanxid::AdvanceClock(Timestamp to) const {
  grpc::ClientContext context;
  v1::AdvanceClockRequest request;
  request.mutable_to()->set_seconds(to.micros / 1'000'000);
  request.set_actor("bench");
  v1::AdvanceClockResponse response;
  Check(v1::AdminService::NewStub(Connect())->AdvanceClock(&context, request, &response), "AdvanceClock");
}

void Guanxid::WaitForSweep() const {
  const auto stub = v1::AdminService::NewStub(Connect());
  for (bool behind = true; behind;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    grpc::ClientContext context;
    v1::ListPartitionsResponse response;
    Check(stub->ListPartitions(&context, {}, &response), "ListPartitions");
    behind = false;
    for (const v1::Partition& partition : response.partitions()) behind |= partition.swept_to().seconds() < partition.clock().seconds();
  }
}

Plan InOrder(uint64_t events, uint64_t accounts) {
  const int64_t step = kSpanMicros / static_cast<int64_t>(events);
  return [=](uint64_t n) { return EventPlan{n * 7919 % accounts, Timestamp{kFirst.micros + static_cast<int64_t>(n) * step}}; };
}

Plan Zipf(uint64_t events, uint64_t accounts, uint64_t seed) {
  constexpr double kExponent = 0.99, kMixed = 1.0 / static_cast<double>(uint64_t{1} << 53);
  auto up_to = std::make_shared<std::vector<double>>();
  double sum = 0;
  for (uint64_t k = 1; k <= accounts; ++k) up_to->push_back(sum += std::pow(static_cast<double>(k), -kExponent));
  const Plan in_order = InOrder(events, accounts);
  return [=](uint64_t n) {
    const double drawn = static_cast<double>(Mix(n, seed) >> 11) * kMixed * sum;
    const auto rank = static_cast<uint64_t>(std::lower_bound(up_to->begin(), up_to->end(), drawn) - up_to->begin());
    return EventPlan{std::min(rank, accounts - 1) * 7919 % accounts, in_order(n).occurred_at};
  };
}

Figures Ingest(const Guanxid& daemon, const Plan& plan, uint64_t first, uint64_t count) {
  const double cpu = CpuSecondsOf(daemon.pid());
  const auto started = Clock::now();
  std::vector<std::exception_ptr> failures(kStreams);
  std::vector<std::thread> threads;
  for (uint64_t stream = 0; stream < kStreams; ++stream)
    threads.emplace_back([&, stream] {
      try {
        Stream(daemon, plan, first, count, stream);
      } catch (...) {
        failures[stream] = std::current_exception();
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  const double events = static_cast<double>(count);
  return {events / Seconds(started), 0, 0, (CpuSecondsOf(daemon.pid()) - cpu) * 1e6 / events};
}

Ingested IngestInto(const std::string& data, const Plan& plan, uint64_t events, uint64_t accounts) {
  Guanxid daemon(data);
  Ingested done{data, events, accounts, Ingest(daemon, plan, 0, events), ResidentMibOf(daemon.pid()).peak};
  daemon.AdvanceClock({kFirst.micros + kSpanMicros});
  daemon.WaitForSweep();
  daemon.Stop();
  return done;
}

}  // namespace guanxi::bench
