// One way to answer a unary call: on a worker, measured, errors translated.
#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "guanxi/v1/account_service.pb.h"
#include "guanxid/fresh_reads.h"
#include "guanxid/node.h"
#include "rpc/status.h"

namespace guanxi::service {

// No read waits longer, whatever the client's deadline.
inline constexpr std::chrono::seconds kWaitMax{10};
inline constexpr std::chrono::milliseconds kAnswerTime{50};
inline constexpr std::chrono::milliseconds kReadAnswerTime{250};

inline Deadline DeadlineOf(const grpc::ServerContextBase& context) {
  const auto left = context.deadline() - std::chrono::system_clock::now();
  const auto bounded = left < kWaitMax ? std::chrono::duration_cast<std::chrono::nanoseconds>(left) : std::chrono::nanoseconds(kWaitMax);
  return std::chrono::steady_clock::now() + bounded;
}

// A little before the client's own, so that it is told OUTCOME_UNKNOWN by us.
inline Deadline OutcomeDeadlineOf(const grpc::ServerContextBase& context) { return DeadlineOf(context) - kAnswerTime; }

// The same for POSITION_NOT_REACHED: of a short deadline three quarters are for waiting.
inline Deadline ReadDeadlineOf(const grpc::ServerContextBase& context) {
  const Deadline deadline = DeadlineOf(context);
  const auto left = deadline - std::chrono::steady_clock::now();
  return deadline - std::min<std::chrono::nanoseconds>(left / 4, kReadAnswerTime);
}

template <class Request>
Freshness FreshnessToWaitFor(const Node& node, const Request& request) {
  if constexpr (requires { request.consistency(); }) {
    absl::StatusOr<Freshness> asked = FreshnessAsked(node.cluster, node.kafka, request.consistency());
    if (asked.ok()) return *std::move(asked);
  }
  // What is wrong with a token is the handler's to say.
  return {};
}

// Whether the ends of the Kafka partitions are to be asked for first. Embedded,
// what was acknowledged is applied.
template <class Request>
bool WantsEverything(const Node& node, const Request& request) {
  if constexpr (requires { request.consistency(); }) return node.kafka != nullptr && request.consistency().fully_consistent();
  return false;
}

// The partition that alone can answer; none: all of them.
template <class Request>
std::optional<uint32_t> OnlyPartitionOf(const Node& node, const Request& request) {
  const auto of_account = [&](const std::string& id) {
    return id.empty() ? std::nullopt : std::optional<uint32_t>(node.cluster.PartitionOf(id).value);
  };
  if constexpr (requires { request.account().account_id(); }) return of_account(request.account().account_id());
  if constexpr (requires { request.filter().account_id(); }) return of_account(request.filter().account_id());
  if constexpr (requires { request.key().account_id(); })
    if (request.has_key()) return of_account(request.key().account_id());
  if constexpr (requires { request.position().partition(); }) return request.position().partition();
  if constexpr (requires { request.partition(); }) return request.partition();
  return std::nullopt;
}

// Everything before the ends that the request may be answered from.
template <class Request>
Freshness EverythingBefore(const Node& node, const Request& request, const std::vector<uint64_t>& ends) {
  Freshness asked;
  const std::optional<uint32_t> only = OnlyPartitionOf(node, request);
  for (uint32_t p = 0; p < ends.size(); ++p)
    if (ends[p] > 0 && p == only.value_or(p)) asked.offsets.push_back({p, ends[p] - 1});
  return asked;
}

// A few point reads: cheaper than handing them to another thread.
template <class Request>
bool IsShort(const Request&) {
  return false;
}
inline bool IsShort(const v1::GetAccountRequest& request) { return !request.consistency().has_as_of(); }

// The handler's answer. INTERNAL, and the text in the daemon's log, when it throws: a defect in one answer is not to
// end all others.
template <class Handler>
absl::Status AnswerOf(const char* rpc, const Handler& handler) {
  try {
    return handler();
  } catch (const std::exception& defect) {
    std::fprintf(stderr, "guanxid: %s: a defect: %s\n", rpc, defect.what());
    return absl::InternalError("a defect of the server, which its log has: report it");
  }
}

// `handler(request, response)` answers an absl::Status. Request and
// response live until the reactor is finished. rpc: a literal, "EventService.Append".
template <class Request, class Response, class Handler>
grpc::ServerUnaryReactor* Answer(const Node& node, const char* rpc, grpc::CallbackServerContext* context, const Request* request,
                                 Response* response, Handler handler) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto finish = [&node, rpc, reactor, arrived = std::chrono::steady_clock::now()](const absl::Status& status) {
    node.metrics.RpcDone(rpc, status, std::chrono::steady_clock::now() - arrived);
    reactor->Finish(guanxi::rpc::ToGrpc(status));
  };
  const Deadline deadline = ReadDeadlineOf(*context);
  if (!WantsEverything(node, *request)) {
    node.reads.RunAt(IsShort(*request), FreshnessToWaitFor(node, *request), deadline,
                     [rpc, request, response, finish, handler = std::move(handler)] {
                       finish(AnswerOf(rpc, [&] { return handler(*request, *response); }));
                     });
    return reactor;
  }
  node.kafka->AskEnds([&node, rpc, request, response, deadline, finish, handler = std::move(handler)](const auto& ends) {
    if (!ends.ok()) return finish(ends.status());
    const Freshness asked = EverythingBefore(node, *request, *ends);
    node.reads.RunAt(false, asked, deadline, [&node, rpc, asked, request, response, finish, handler] {
      for (const guanxi::rpc::PartitionPosition& at : asked.offsets)
        if (absl::Status fresh = CheckFresh(*node.cluster.ViewOf(PartitionId{at.partition}), asked); !fresh.ok()) return finish(fresh);
      finish(AnswerOf(rpc, [&] { return handler(*request, *response); }));
    });
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
