// One way to answer a unary call: on a worker, measured, errors translated.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <utility>

#include "guanxi/v1/account_service.pb.h"
#include "guanxid/fresh_reads.h"
#include "guanxid/node.h"
#include "rpc/status.h"

namespace guanxi::service {

// No read waits longer, whatever the client's deadline.
inline constexpr std::chrono::seconds kWaitMax{10};

inline Deadline DeadlineOf(const grpc::ServerContextBase& context) {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  const auto bounded = left < kWaitMax ? std::chrono::duration_cast<std::chrono::nanoseconds>(left) : std::chrono::nanoseconds(kWaitMax);
  return std::chrono::steady_clock::now() + bounded;
}

template <class Request>
std::vector<guanxi::rpc::PartitionPosition> PositionsToWaitFor(const Node& node, const Request& request) {
  if constexpr (requires { request.consistency(); }) {
    absl::StatusOr<std::vector<guanxi::rpc::PartitionPosition>> asked = PositionsAsked(node.cluster, request.consistency());
    if (asked.ok()) return *std::move(asked);
  }
  // What is wrong with a token is the handler's to say.
  return {};
}

// A few point reads: cheaper than handing them to another thread.
template <class Request>
bool IsShort(const Request&) {
  return false;
}
inline bool IsShort(const v1::GetAccountRequest& request) { return !request.consistency().has_as_of(); }

// `handler(request, response)` answers an absl::Status. Request and
// response live until the reactor is finished. rpc: a literal, "EventService.Append".
template <class Request, class Response, class Handler>
grpc::ServerUnaryReactor* Answer(const Node& node, const char* rpc, grpc::CallbackServerContext* context, const Request* request,
                                 Response* response, Handler handler) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto arrived = std::chrono::steady_clock::now();
  const Deadline deadline = DeadlineOf(*context);
  node.reads.RunAt(IsShort(*request), PositionsToWaitFor(node, *request), deadline,
                   [&node, rpc, request, response, reactor, arrived, handler = std::move(handler)] {
                     const absl::Status status = handler(*request, *response);
                     node.metrics.RpcDone(rpc, status, std::chrono::steady_clock::now() - arrived);
                     reactor->Finish(guanxi::rpc::ToGrpc(status));
                   });
  return reactor;
}

}  // namespace guanxi::service

// Defines the handler's method: `Method(node, request, response)` of the same file answers it.
#define GUANXI_ANSWER(Service, Method)                                                                                         \
  grpc::ServerUnaryReactor* Service##Handler::Method(grpc::CallbackServerContext* context, const v1::Method##Request* request, \
                                                     v1::Method##Response* response) {                                         \
    return Answer(node_, #Service "." #Method, context, request, response,                                                     \
                  [this](const auto& asked, auto& answer) { return service::Method(node_, asked, answer); });                  \
  }
