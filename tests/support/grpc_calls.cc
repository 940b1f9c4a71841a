// How gRPC hands work from thread to thread, made visible to ThreadSanitizer: the
// library's own functions, which it does not watch, wrapped in what they mean. A
// batch of operations ends after it began, a queue's node is taken after it was
// put there, a call is done after its reactions, a server is shut down after its
// calls. With absl_sync.cc this is all that our handlers rest on; what the
// library does inside stays unseen.
#include <absl/status/status.h>
#include <dlfcn.h>
#include <grpc/grpc.h>
#include <grpcpp/server.h>
#include <grpcpp/support/server_callback.h>
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <utility>

namespace {

// The library's own behind the one defined here.
template <class Function>
Function* Own(const char* mangled) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, mangled));
}

}  // namespace

// Operations: their tag goes in with them, and comes out when they have ended.

extern "C" grpc_call_error grpc_call_start_batch(grpc_call* call, const grpc_op* operations, size_t count, void* tag, void* reserved) {
  static auto* const own = Own<decltype(grpc_call_start_batch)>("grpc_call_start_batch");
  __tsan_release(tag);
  return own(call, operations, count, tag, reserved);
}

struct grpc_cq_completion;
void grpc_cq_end_op(grpc_completion_queue* queue, void* tag, absl::Status error, void (*done)(void*, grpc_cq_completion*), void* argument,
                    grpc_cq_completion* storage, bool internal) {
  static auto* const own = Own<decltype(grpc_cq_end_op)>(
      "_Z14grpc_cq_end_opP21grpc_completion_queuePvN4absl7debian36StatusEPFvS1_P18grpc_cq_completionES1_S6_b");
  __tsan_acquire(tag);
  own(queue, tag, std::move(error), done, argument, storage, internal);
}

// The lock-free queue of closures and of ended operations. No header that is installed declares it.
namespace grpc_core {

struct MultiProducerSingleConsumerQueue {
  struct Node;
  bool Push(Node* node);
  Node* PopAndCheckEnd(bool* empty);
  Node* Pop();
};

struct LockedMultiProducerSingleConsumerQueue {
  using Node = MultiProducerSingleConsumerQueue::Node;
  bool Push(Node* node);
  Node* TryPop();
  Node* Pop();
};

namespace {

using Node = MultiProducerSingleConsumerQueue::Node;

Node* Taken(Node* node) {
  if (node != nullptr) __tsan_acquire(node);
  return node;
}

}  // namespace

bool MultiProducerSingleConsumerQueue::Push(Node* node) {
  static auto* const own = Own<bool(void*, Node*)>("_ZN9grpc_core32MultiProducerSingleConsumerQueue4PushEPNS0_4NodeE");
  __tsan_release(node);
  return own(this, node);
}

Node* MultiProducerSingleConsumerQueue::PopAndCheckEnd(bool* empty) {
  static auto* const own = Own<Node*(void*, bool*)>("_ZN9grpc_core32MultiProducerSingleConsumerQueue14PopAndCheckEndEPb");
  return Taken(own(this, empty));
}

Node* MultiProducerSingleConsumerQueue::Pop() {
  static auto* const own = Own<Node*(void*)>("_ZN9grpc_core32MultiProducerSingleConsumerQueue3PopEv");
  return Taken(own(this));
}

bool LockedMultiProducerSingleConsumerQueue::Push(Node* node) {
  static auto* const own =
      Own<bool(void*, Node*)>("_ZN9grpc_core38LockedMultiProducerSingleConsumerQueue4PushEPNS_32MultiProducerSingleConsumerQueue4NodeE");
  __tsan_release(node);
  return own(this, node);
}

Node* LockedMultiProducerSingleConsumerQueue::TryPop() {
  static auto* const own = Own<Node*(void*)>("_ZN9grpc_core38LockedMultiProducerSingleConsumerQueue6TryPopEv");
  return Taken(own(this));
}

Node* LockedMultiProducerSingleConsumerQueue::Pop() {
  static auto* const own = Own<Node*(void*)>("_ZN9grpc_core38LockedMultiProducerSingleConsumerQueue3PopEv");
  return Taken(own(this));
}

}  // namespace grpc_core

// A call counts its reactions in two members; the library counts some of them down itself.
namespace grpc::internal {
namespace {

// Whatever was counted in the call happened before.
void AcquireAllOf(ServerCallbackCall* call) {
  for (char* member = reinterpret_cast<char*>(call); member < reinterpret_cast<char*>(call + 1); member += sizeof(std::atomic_int))
    __tsan_acquire(member);
}

// The reactor for the one call that the library makes before it counts down.
class Cancelled final : public ServerReactor {
 public:
  Cancelled(ServerCallbackCall* call, ServerReactor* reactor) : call_(call), reactor_(reactor) {}
  void OnCancel() override {
    reactor_->OnCancel();
    __tsan_release(call_);
    delete this;
  }
  void OnDone() override {}

 private:
  ServerCallbackCall* const call_;
  ServerReactor* const reactor_;
};

}  // namespace

void ServerCallbackCall::CallOnCancel(ServerReactor* reactor) {
  static auto* const own =
      Own<void(ServerCallbackCall*, ServerReactor*)>("_ZN4grpc8internal18ServerCallbackCall12CallOnCancelEPNS0_13ServerReactorE");
  AcquireAllOf(this);
  own(this, new Cancelled(this, reactor));
}

void ServerCallbackCall::ScheduleOnDone(bool inline_ondone) {
  static auto* const own = Own<void(ServerCallbackCall*, bool)>("_ZN4grpc8internal18ServerCallbackCall14ScheduleOnDoneEb");
  AcquireAllOf(this);
  own(this, inline_ondone);
}

}  // namespace grpc::internal

// A server counts the calls that are not done, and waits for them when it is shut down.
namespace grpc {

void Server::UnrefWithPossibleNotify() {
  static auto* const own = Own<void(Server*)>("_ZN4grpc6Server23UnrefWithPossibleNotifyEv");
  __tsan_release(this);
  own(this);
}

void Server::UnrefAndWaitLocked() {
  static auto* const own = Own<void(Server*)>("_ZN4grpc6Server18UnrefAndWaitLockedEv");
  own(this);
  __tsan_acquire(this);
}

}  // namespace grpc
