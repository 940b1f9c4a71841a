// A thousand subscribers, each to a hundredth of the events: from commit to delivery.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/appender.h"
#include "bench/bench.h"
#include "bench/events.h"
#include "guanxi/v1/event_service.grpc.pb.h"

namespace guanxi::bench {
namespace {

constexpr int kAccounts = 100;
constexpr double kEventsPerSecond = 10'000;
constexpr int kConnections = 10;

double WallMicros() { return std::chrono::duration<double, std::micro>(std::chrono::system_clock::now().time_since_epoch()).count(); }

// All subscribers, read by one thread.
class Subscribers {
 public:
  Subscribers(const Guanxid& daemon, int count) : streams_(static_cast<size_t>(count)) {
    for (int i = 0; i < kConnections; ++i) stubs_.push_back(v1::EventService::NewStub(daemon.Connect()));
    for (int i = 0; i < count; ++i) Start(static_cast<size_t>(i));
  }

  // Until `stop`, then cancels. An event's latency: from recorded_at, which is taken before its commit's fsync.
  void Read(const std::atomic<bool>& stop) {
    void* tag = nullptr;
    bool ok = false, cancelled = false;
    for (size_t open = streams_.size(); open > 0;) {
      // Looks up now and then: where nothing comes, nothing wakes it.
      const auto next = queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + std::chrono::milliseconds(50));
      if (stop && !cancelled) {
        for (Stream& each : streams_) each.context.TryCancel();
        cancelled = true;
      }
      if (next != grpc::CompletionQueue::GOT_EVENT) continue;
      Stream& stream = streams_[reinterpret_cast<size_t>(tag)];
      if (!ok) {
        --open;
        continue;
      }
      if (stream.started && !cancelled) Delivered(stream.response);
      stream.started = true;
      stream.reader->Read(&stream.response, tag);
    }
    queue_.Shutdown();
    while (queue_.Next(&tag, &ok)) {
    }
  }

  Samples micros;
  uint64_t messages = 0;
  std::atomic<int> caught_up{0};

 private:
  struct Stream {
    grpc::ClientContext context;
    v1::SubscribeResponse response;
    std::unique_ptr<grpc::ClientAsyncReader<v1::SubscribeResponse>> reader;
    bool started = false;
  };

  void Start(size_t i) {
    v1::SubscribeRequest request;
    request.mutable_filter()->set_account_id(AccountName(i % kAccounts, "live"));
    request.set_from_now(true);
    streams_[i].reader = stubs_[i % kConnections]->AsyncSubscribe(&streams_[i].context, request, &queue_, reinterpret_cast<void*>(i));
  }

  void Delivered(const v1::SubscribeResponse& response) {
    ++messages;
    if (response.has_caught_up()) ++caught_up;
    const double now = WallMicros();
    for (const v1::Event& event : response.events()) {
      const auto& recorded = event.recorded_at();
      micros.Add(now - (static_cast<double>(recorded.seconds()) * 1e6 + recorded.nanos() / 1e3));
    }
  }

  std::vector<std::unique_ptr<v1::EventService::Stub>> stubs_;
  std::vector<Stream> streams_;
  grpc::CompletionQueue queue_;
};

}  // namespace

void SubscribersRow(Bench& bench) {
  const int count = bench.options.brief ? 20 : 1000;
  const Guanxid daemon(bench.NewPath("subscribers"));
  Subscribers subscribers(daemon, count);
  std::atomic<bool> stop{false};
  std::thread reading([&] { subscribers.Read(stop); });
  while (subscribers.caught_up < count) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  // Each of 4 clients has its own 25 of the 100 accounts; 10 events of one account in a call.
  Appender appender("live", kAccounts, 4, 10, kFirst);
  Calls calls;
  calls.address = daemon.address();
  calls.method = kAppendMethod;
  calls.clients = 4;
  calls.seconds = bench.options.seconds;
  calls.per_second = kEventsPerSecond / 10;
  calls.request = [&](int client) { return appender.Request(client); };
  const Figures appended = RunAgainst(calls, daemon.pid(), 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  stop = true;
  reading.join();
  bench.report.Measured(Role::kEngine, "events appended meanwhile, 10 a call", appended);
  const double expected = appended.per_second * bench.options.seconds * count / kAccounts;
  const Figures delivered{static_cast<double>(subscribers.micros.count()) / bench.options.seconds / 1.1, subscribers.micros.At(0.5),
                          subscribers.micros.At(0.99)};
  bench.report.Measured(Role::kEngine, fmt::format("deliveries to {} subscribers", count), delivered);
  bench.report.Value(Role::kEngine, "events per message",
                     static_cast<double>(subscribers.micros.count()) / std::max<double>(1, subscribers.messages), "");
  if (subscribers.micros.count() < expected * 0.95) bench.report.Note("not everything was delivered in time");
  bench.report.Compare(fmt::format("{} subscribers, 1% each of {}", count, Rate(appended.per_second)),
                       Micros(delivered.p99_micros) + " p99", "50 ms", delivered.p99_micros / 50'000, AtMost(1));
}

}  // namespace guanxi::bench
