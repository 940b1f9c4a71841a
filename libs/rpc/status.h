// rpc: what both ends of the gRPC interface share: errors, times, tokens. The
// only library below the services that includes gRPC. Knows no account and no event.
//
// This header: a status as it travels. Pure; safe from any thread.
#pragma once

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace guanxi::rpc {

inline constexpr char kErrorDomain[] = "guanxi";

// A status made by Refuse gets exactly one detail, ErrorInfo{reason, "guanxi",
// metadata}; any other keeps its code and message and has none. Messages are cut
// at 2 KiB and metadata values at 512 bytes: trailers are limited to 8 KiB.
grpc::Status ToGrpc(const absl::Status& status);

// What a client was told.
struct ErrorInfo {
  std::string reason;  // "ACCOUNT_NOT_FOUND"
  std::map<std::string, std::string> metadata;
};
// Nothing when the status carries none of ours.
std::optional<ErrorInfo> ErrorInfoOf(const grpc::Status& status);

}  // namespace guanxi::rpc
