// What a server's refusal means to the caller of a command.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/reason.h"

namespace guanxi::cli {

// The exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnavailable = 3;

// The reason of that name.
std::optional<Reason> ReasonNamed(const std::string& name);

// OK for OK. Otherwise a status whose ReasonOf and MetadataOf (base/reason.h)
// are those of the google.rpc.ErrorInfo that the server sent; a reason this
// version does not know stays in the message, before it.
absl::Status FromGrpc(const grpc::Status& status);

// A mistake on this side, found before the server was asked: INVALID_ARGUMENT
// whose exit code is that of wrong usage. `remedy` says what to do.
absl::Status Misused(const std::string& message, const std::string& remedy);

// A REQUEST_INVALID about a file that was named here, with the metadata `file`, as Misused; any other status as it is.
absl::Status OfTheFile(const absl::Status& status, const std::string& remedy);

// 2 for what Misused made, 3 for UNAVAILABLE and DEADLINE_EXCEEDED, 1 for any other error.
int ExitCodeOf(const absl::Status& status);

// "error: REASON: message", then metadata and what to do, a line each. `tls`:
// whether the connection was by TLS.
std::string DescribeRefusal(const absl::Status& status, const std::string& server, bool tls = false);

}  // namespace guanxi::cli
