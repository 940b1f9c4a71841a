#include "tools/guanxi/context.h"

#include "tools/guanxi/new_event.h"

namespace guanxi::cli {
namespace {

// The file's text; empty without a path.
absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  return TextArgument("@" + path);
}

}  // namespace

absl::Status Context::Connect() {
  const auto ca = ReadPem(tls_ca), cert = ReadPem(tls_cert), key = ReadPem(tls_key);
  for (const auto* pem : {&ca, &cert, &key})
    if (!pem->ok()) return pem->status();
  const auto credentials = tls_ca.empty() ? grpc::InsecureChannelCredentials() : grpc::SslCredentials({*ca, *key, *cert});
  grpc::ChannelArguments arguments;
  // A page of the largest events is larger than gRPC's default of 4 MiB.
  arguments.SetMaxReceiveMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(server, credentials, arguments);
  return absl::OkStatus();
}

std::chrono::system_clock::time_point Context::DeadlineAfter(double seconds) {
  return std::chrono::system_clock::now() + std::chrono::microseconds(static_cast<int64_t>(seconds * 1e6));
}

}  // namespace guanxi::cli
