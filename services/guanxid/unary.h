// One way to answer a unary call: on a worker, measured, errors translated.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "guanxid/node.h"
#include "rpc/status.h"

namespace guanxi::service {

using Deadline = std::chrono::steady_clock::time_point;

// No read waits longer, whatever the client's deadline.
inline constexpr std::chrono::seconds kWaitMax{10};

inline Deadline DeadlineOf(const grpc::ServerContextBase& context) {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  const auto bounded = left < kWaitMax ? std::chrono::duration_cast<std::chrono::nanoseconds>(left) : std::chrono::nanoseconds(kWaitMax);
  return std::chrono::steady_clock::now() + bounded;
}

// `handler(request, response, deadline)` answers an absl::Status. Request and
// response live until the reactor is finished. rpc: a literal, "EventService.Append".
template <class Request, class Response, class Handler>
grpc::ServerUnaryReactor* Answer(const Node& node, const char* rpc, grpc::CallbackServerContext* context, const Request* request,
                                 Response* response, Handler handler) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto arrived = std::chrono::steady_clock::now();
  const Deadline deadline = DeadlineOf(*context);
  node.workers.Post([&node, rpc, request, response, reactor, arrived, deadline, handler = std::move(handler)] {
    const absl::Status status = handler(*request, *response, deadline);
    node.metrics.RpcDone(rpc, status, std::chrono::steady_clock::now() - arrived);
    reactor->Finish(guanxi::rpc::ToGrpc(status));
  });
  return reactor;
}

}  // namespace guanxi::service

// Defines the handler's method: `Method(node, request, response, deadline)` of the same file answers it.
#define GUANXI_ANSWER(Service, Method)                                                                                                     \
  grpc::ServerUnaryReactor* Service##Handler::Method(grpc::CallbackServerContext* context, const v1::Method##Request* request,             \
                                                     v1::Method##Response* response) {                                                     \
    return Answer(node_, #Service "." #Method, context, request, response,                                                                 \
                  [this](const auto& asked, auto& answer, Deadline deadline) { return service::Method(node_, asked, answer, deadline); }); \
  }
