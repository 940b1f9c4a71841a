#include "tools/guanxi/context.h"

#include "rpc/pem.h"
#include "tools/guanxi/input_file.h"

namespace guanxi::cli {
namespace {

// The file's text; empty without a path.
absl::StatusOr<std::string> ReadPem(const char* option, const std::string& path) {
  if (path.empty()) return std::string();
  return FileText(option, path);
}

absl::Status NoPem(const char* option, const std::string& path, const char* what) {
  return Misused(std::string(option) + ": " + path + " holds no " + what, "Give a PEM file; `openssl` shows what a file holds.");
}

}  // namespace

// gRPC would only say that nothing was reached.
absl::Status Context::CheckTls(const std::string& ca, const std::string& cert, const std::string& key) const {
  if (!tls_ca.empty() && !rpc::HoldsCertificate(ca)) return NoPem("--tls-ca", tls_ca, "certificate");
  if (tls_cert.empty()) return absl::OkStatus();
  if (!rpc::HoldsCertificate(cert)) return NoPem("--tls-cert", tls_cert, "certificate");
  if (!rpc::HoldsPrivateKey(key)) return NoPem("--tls-key", tls_key, "private key without a password");
  if (rpc::AreAPair(cert, key)) return absl::OkStatus();
  return Misused("--tls-key: " + tls_key + " is not the key of the certificate " + tls_cert, "Give the two files that were made together.");
}

absl::Status Context::Connect() {
  const auto ca = ReadPem("--tls-ca", tls_ca), cert = ReadPem("--tls-cert", tls_cert), key = ReadPem("--tls-key", tls_key);
  for (const auto* pem : {&ca, &cert, &key})
    if (!pem->ok()) return pem->status();
  if (absl::Status checked = CheckTls(*ca, *cert, *key); !checked.ok()) return checked;
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
