// Unary gRPC calls in a closed loop: the same client for the engine and for its
// floor, so that they differ in the server alone.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <functional>
#include <string>

#include "bench/figures.h"

namespace google::protobuf {
class Message;
}

namespace guanxi::bench {

struct Calls {
  std::string address;
  std::string method;                       // "/guanxi.v1.EventService/Append"
  int clients = 1;                          // calls under way, each on its own slot
  double seconds = 5;                       // measured, after a warm-up of a tenth of it
  double per_second = 0;                    // at most so many calls, evenly; 0: as fast as answers come
  const std::atomic<bool>* stop = nullptr;  // ends early when it becomes true
  // The slot's next request. Called from the client's thread.
  std::function<grpc::ByteBuffer(int slot)> request;
  // May be empty. The answer to the slot's request.
  std::function<void(int slot, const grpc::ByteBuffer& answer)> answer;
};

struct CallsResult {
  Samples micros;
  double per_second = 0;
  uint64_t calls = 0;                          // with the warm-up's
  size_t request_bytes = 0, answer_bytes = 0;  // of the last call
};

// One thread, a connection per client but at most 8. Throws when a call fails.
CallsResult Run(const Calls& calls);

// The same, with the CPU of the server process that answers. events_per_call scales rates and CPU.
Figures RunAgainst(const Calls& calls, int server_pid, double events_per_call, CallsResult* result = nullptr);

grpc::ByteBuffer ToBytes(const google::protobuf::Message& message);
void FromBytes(const grpc::ByteBuffer& bytes, google::protobuf::Message& message);

}  // namespace guanxi::bench
