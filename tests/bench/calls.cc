#include "bench/calls.h"

#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <stdexcept>
#include <thread>

#include "bench/process.h"

namespace guanxi::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kConnectionsMax = 8;

std::vector<std::unique_ptr<grpc::GenericStub>> Connect(const std::string& address, int count) {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
  for (int i = 0; i < count; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt("bench.connection", i);  // distinct arguments: distinct connections
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)))
      throw std::runtime_error("no server at " + address);
    stubs.push_back(std::make_unique<grpc::GenericStub>(channel));
  }
  return stubs;
}

Clock::duration ToDuration(double seconds) { return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)); }

// The calls of one run: a slot is one client, which waits for its answer before it asks again.
class Loop {
 public:
  explicit Loop(const Calls& calls)
      : calls_(calls),
        stubs_(Connect(calls.address, std::min(calls.clients, kConnectionsMax))),
        slots_(static_cast<size_t>(calls.clients)) {}

  // After a failure others are still under way.
  ~Loop() {
    for (Slot& slot : slots_)
      if (slot.context != nullptr) slot.context->TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    for (bool ok = false; queue_.Next(&tag, &ok);) {
    }
  }

  CallsResult Run() {
    begin_ = Clock::now();
    warm_ = begin_ + ToDuration(calls_.seconds / 10);
    end_ = warm_ + ToDuration(calls_.seconds);
    for (size_t i = 0; i < slots_.size(); ++i) Start(i);
    size_t open = slots_.size();
    void* tag = nullptr;
    bool ok = false;
    while (open > 0 && queue_.Next(&tag, &ok)) open -= Answered(reinterpret_cast<size_t>(tag)) ? 0 : 1;
    const double seconds = std::chrono::duration<double>(std::min(Clock::now(), end_) - warm_).count();
    result_.per_second = static_cast<double>(result_.micros.count()) / seconds;
    return std::move(result_);
  }

 private:
  struct Slot {
    std::unique_ptr<grpc::ClientContext> context;
    grpc::ByteBuffer answer;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
    Clock::time_point asked;
  };

  // Paced runs ask at fixed times; who is late does not wait.
  void Pace() {
    if (calls_.per_second <= 0) return;
    std::this_thread::sleep_until(begin_ + ToDuration(static_cast<double>(asked_++) / calls_.per_second));
  }

  void Start(size_t index) {
    Pace();
    Slot& slot = slots_[index];
    const grpc::ByteBuffer request = calls_.request(static_cast<int>(index));
    result_.request_bytes = request.Length();
    slot.context = std::make_unique<grpc::ClientContext>();
    slot.asked = Clock::now();
    slot.reader = stubs_[index % stubs_.size()]->PrepareUnaryCall(slot.context.get(), calls_.method, request, &queue_);
    slot.reader->StartCall();
    slot.reader->Finish(&slot.answer, &slot.status, reinterpret_cast<void*>(index));
  }

  // Whether the slot goes on.
  bool Answered(size_t index) {
    Slot& slot = slots_[index];
    const auto now = Clock::now();
    if (!slot.status.ok()) throw std::runtime_error(calls_.method + ": " + slot.status.error_message());
    if (slot.asked >= warm_ && now < end_) result_.micros.Add(std::chrono::duration<double, std::micro>(now - slot.asked).count());
    result_.answer_bytes = slot.answer.Length();
    ++result_.calls;
    slot.context.reset();
    if (calls_.answer) calls_.answer(static_cast<int>(index), slot.answer);
    if (now >= end_ || (calls_.stop != nullptr && *calls_.stop)) return false;
    Start(index);
    return true;
  }

  const Calls& calls_;
  grpc::CompletionQueue queue_;
  const std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<Slot> slots_;
  Clock::time_point begin_, warm_, end_;
  uint64_t asked_ = 0;
  CallsResult result_;
};

}  // namespace

CallsResult Run(const Calls& calls) { return Loop(calls).Run(); }

Figures RunAgainst(const Calls& calls, int server_pid, double events_per_call, CallsResult* result) {
  const double cpu = CpuSecondsOf(server_pid);
  CallsResult run = Run(calls);
  const double made = static_cast<double>(run.calls) * events_per_call;
  const Figures figures{run.per_second * events_per_call, run.micros.At(0.5), run.micros.At(0.99),
                        (CpuSecondsOf(server_pid) - cpu) * 1e6 / made};
  if (result != nullptr) *result = std::move(run);
  return figures;
}

grpc::ByteBuffer ToBytes(const google::protobuf::Message& message) {
  const std::string bytes = message.SerializeAsString();
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

void FromBytes(const grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  std::vector<grpc::Slice> slices;
  std::string flat;
  if (!bytes.Dump(&slices).ok()) throw std::runtime_error("an answer without bytes");
  for (const grpc::Slice& slice : slices) flat.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  if (!message.ParseFromString(flat)) throw std::runtime_error("an answer that is no " + message.GetTypeName());
}

}  // namespace guanxi::bench
