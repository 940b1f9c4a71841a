// From a real topic to durable, deduplicated, folded and queryable: how fast, beside reading the same records and doing nothing, and beside
// Kafka Streams with a small fold; and how soon.
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "bench/bench.h"
#include "bench/events.h"
#include "bench/process.h"
#include "bench/topic.h"
#include "guanxi/v1/account_service.grpc.pb.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "kafka/consumer.h"

namespace guanxi::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRates[] = {1'000, 10'000, 50'000};
constexpr std::chrono::seconds kAnswerMax{60};
constexpr milliseconds kTick{2};
constexpr milliseconds kLookEvery{50};  // the answers cost the engine something too
// Of the accounts that are asked for, so that they are not those of the load.
constexpr uint64_t kProbesFrom = 1'000'000'000;

double SecondsSince(steady_clock::time_point began) { return std::chrono::duration<double>(steady_clock::now() - began).count(); }

Figures FiguresOf(uint64_t events, double seconds, double cpu_seconds) {
  const auto count = static_cast<double>(events);
  Figures figures;
  figures.per_second = count / seconds;
  figures.cpu_seconds_per_million = cpu_seconds * 1e6 / count;
  return figures;
}

// Their bytes on average.
double Produce(const Topic& topic, uint64_t events, const Plan& plan) {
  OrderWriter writer(topic, milliseconds(20));
  uint64_t bytes = 0;
  for (uint64_t n = 0; n < events; ++n) bytes += writer.Write(plan(n), n);
  writer.Flush();
  return static_cast<double>(bytes) / static_cast<double>(events);
}

Figures Drain(const Topic& topic, uint64_t events) {
  const double cpu = OwnCpuSeconds();
  const auto began = steady_clock::now();
  const auto consumer = kafka::Consumer::Make({topic.connection(), topic.name(), "drain"}).value();
  for (uint32_t p = 0; p < kTopicPartitions; ++p) {
    if (const auto started = consumer->Start(p, 0); !started.ok()) throw std::runtime_error(std::string(started.message()));
  }
  uint64_t read = 0;
  for (uint32_t p = 0; read < events; p = (p + 1) % kTopicPartitions)
    for (auto polled = consumer->Poll(p, milliseconds(1)); polled.kind == kafka::Polled::Kind::kMessage;
         polled = consumer->Poll(p, milliseconds(0)))
      ++read;
  for (uint32_t p = 0; p < kTopicPartitions; ++p) consumer->Stop(p);
  return FiguresOf(events, SecondsSince(began), OwnCpuSeconds() - cpu);
}

// A daemon that begins with an empty directory, until all is applied.
Figures Apply(Bench& bench, const Topic& topic, uint64_t events) {
  const auto began = steady_clock::now();
  Guanxid daemon(bench.NewPath("from-kafka"), topic.DaemonOptions());
  const auto stub = v1::AdminService::NewStub(daemon.Connect());
  for (uint64_t applied = 0; applied < events;) {
    std::this_thread::sleep_for(kLookEvery);
    grpc::ClientContext context;
    v1::ListPartitionsResponse response;
    if (const auto asked = stub->ListPartitions(&context, {}, &response); !asked.ok()) throw std::runtime_error(asked.error_message());
    applied = 0;
    for (const v1::Partition& partition : response.partitions()) applied += partition.log_size();
  }
  const Figures figures = FiguresOf(events, SecondsSince(began), CpuSecondsOf(daemon.pid()));
  bench.report.Value(Role::kEngine, "resident when all was applied", ResidentMibOf(daemon.pid()).now, "MiB");
  daemon.Stop();
  return figures;
}

// The peer says: seconds=S cpu_seconds=C resident_mib=M.
Figures ApplyByStreams(Bench& bench, const Topic& topic, uint64_t events) {
  const std::string state = bench.NewPath("streams");
  Child peer({"java", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", bench.options.kafka_streams + "/*",
              "peer.StreamsPeer", topic.connection().brokers, topic.name(), std::to_string(events), state},
             state + ".log");
  const std::string line = peer.ReadLine();
  double seconds = 0, cpu = 0, resident = 0;
  if (std::sscanf(line.c_str(), "seconds=%lf cpu_seconds=%lf resident_mib=%lf", &seconds, &cpu, &resident) != 3)
    throw std::runtime_error("the peer said " + line);
  bench.report.Value(Role::kPeer, "Kafka Streams, resident when all was folded", resident, "MiB");
  return FiguresOf(events, seconds, cpu);
}

void CompareWithStreams(Bench& bench, const Topic& topic, const Figures& engine, uint64_t events) {
  if (bench.options.kafka_streams.empty())
    return bench.report.NotMeasured("from Kafka beside Kafka Streams", "Kafka Streams: peer not built, needs mvn and java");
  const Figures peer = ApplyByStreams(bench, topic, events);
  bench.report.Measured(Role::kPeer, "Kafka Streams, exactly once, tuned: a sum per account", peer);
  bench.report.Compare("from Kafka", Rate(engine.per_second), "Kafka Streams: " + Rate(peer.per_second),
                       engine.per_second / peer.per_second, AtLeast(3));
  bench.report.Compare("from Kafka, CPU", Number(engine.cpu_seconds_per_million) + " CPU s/M",
                       "Kafka Streams: " + Number(peer.cpu_seconds_per_million) + " CPU s/M",
                       peer.cpu_seconds_per_million / engine.cpu_seconds_per_million, AtLeast(3));
}

// Writes that many events a second until it is told to stop.
class Load {
 public:
  Load(const Topic& topic, int rate, Plan plan)
      : plan_(std::move(plan)), writer_(topic, milliseconds(1)), thread_([this, rate] { Run(rate); }) {}
  ~Load() { Stop(); }
  uint64_t written() const { return written_; }
  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run(int rate) {
    const auto began = steady_clock::now();
    while (!stopping_) {
      const auto due = static_cast<uint64_t>(SecondsSince(began) * rate);
      for (uint64_t n = written_; n < due; written_ = ++n) {
        writer_.Write(plan_(n), n);
        if (stopping_) return;
      }
      std::this_thread::sleep_for(kTick);
    }
  }
  const Plan plan_;
  OrderWriter writer_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> written_{0};
  std::thread thread_;
};

// One record after the other, each asked for as soon as its offset is known.
class Prober {
 public:
  Prober(const Guanxid& daemon, const Topic& topic)
      : topic_(topic), writer_(topic, milliseconds(0)), stub_(v1::AccountService::NewStub(daemon.Connect())) {}

  // From before a record is produced to the answer that has it.
  Samples Measure(double seconds) {
    Samples micros;
    const auto began = steady_clock::now();
    while (SecondsSince(began) < seconds) {
      const EventPlan plan{kProbesFrom + next_, kFirst};
      const auto sent = steady_clock::now();
      std::promise<kafka::Delivery> delivered;
      writer_.Write(plan, next_++, [&](const kafka::Delivery& delivery) { delivered.set_value(delivery); });
      Ask(plan, delivered.get_future().get());
      micros.Add(SecondsSince(sent) * 1e6);
    }
    return micros;
  }

 private:
  void Ask(const EventPlan& plan, const kafka::Delivery& delivery) {
    if (!delivery.status.ok()) throw std::runtime_error(std::string(delivery.status.message()));
    v1::GetAccountRequest request;
    request.mutable_account()->set_account_id(AccountName(plan.account));
    auto& at = *request.mutable_consistency()->mutable_at_least_as_fresh()->add_offsets();
    at.set_topic(topic_.name());
    at.set_partition(delivery.partition);
    at.set_offset(delivery.offset);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kAnswerMax);
    v1::GetAccountResponse response;
    if (const auto asked = stub_->GetAccount(&context, request, &response); !asked.ok()) throw std::runtime_error(asked.error_message());
  }
  const Topic& topic_;
  OrderWriter writer_;
  const std::unique_ptr<v1::AccountService::Stub> stub_;
  uint64_t next_ = 0;
};

void MeasureLatency(Bench& bench, Topic& topic, int rate) {
  topic.Renew();
  Guanxid daemon(bench.NewPath("latency"), topic.DaemonOptions());
  Prober prober(daemon, topic);
  const auto load_events = static_cast<uint64_t>(std::max(2 * bench.options.seconds, 1.0) * rate);
  Load load(topic, bench.options.brief ? rate / 50 : rate, Zipf(load_events, bench.options.AccountCount(), bench.options.seed));
  prober.Measure(bench.options.seconds / 10);
  const double cpu = CpuSecondsOf(daemon.pid());
  const auto began = steady_clock::now();
  const uint64_t before = load.written();
  Samples micros = prober.Measure(bench.options.seconds);
  const double used = CpuSecondsOf(daemon.pid()) - cpu;
  Figures figures = FiguresOf(load.written() - before, SecondsSince(began), used);
  figures.p50_micros = micros.At(0.5);
  figures.p99_micros = micros.At(0.99);
  const std::string what = fmt::format("produced to answered by GetAccount, at {}", Rate(rate));
  bench.report.Measured(Role::kEngine, what, figures);
  bench.report.Compare(what, Micros(figures.p50_micros) + " p50", Micros(figures.p99_micros) + " p99", 0, {});
  load.Stop();
  daemon.Stop();
}

}  // namespace

void KafkaRow(Bench& bench) {
  const uint64_t events = bench.options.events;
  Topic topic(bench.NewPath("kafka"));
  const double bytes = Produce(topic, events, Zipf(events, bench.options.AccountCount(), bench.options.seed));
  bench.report.Value(Role::kFloor, "bytes of an event in the topic, headers included", bytes, "bytes");
  const Figures drain = Drain(topic, events);
  bench.report.Measured(Role::kFloor, "bare drain, one thread", drain);
  const Figures engine = Apply(bench, topic, events);
  bench.report.Measured(Role::kEngine, "from the topic to durable, deduplicated, folded and queryable", engine);
  bench.report.Compare("from Kafka", Rate(engine.per_second), "bare drain: " + Rate(drain.per_second), engine.per_second / drain.per_second,
                       {});
  CompareWithStreams(bench, topic, engine, events);
  for (const int rate : kRates) MeasureLatency(bench, topic, rate);
}

}  // namespace guanxi::bench
