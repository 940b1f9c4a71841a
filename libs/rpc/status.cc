#include "rpc/status.h"

#include "base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace guanxi::rpc {
namespace {

constexpr size_t kMessageBytesMax = 2048;
constexpr size_t kMetadataValueBytesMax = 512;

// Protobuf strings must be UTF-8: cutting stops before a character, not inside it.
std::string CutAt(std::string text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message = CutAt(std::string(status.message().data(), status.message().size()), kMessageBytesMax);
  const ReasonEntry* const reason = ReasonOf(status);
  if (reason == nullptr) return {code, message};
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason->name));
  info.set_domain(kErrorDomain);
  for (const auto& [key, value] : MetadataOf(status)) (*info.mutable_metadata())[key] = CutAt(value, kMetadataValueBytesMax);
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(message);
  details.add_details()->PackFrom(info);
  return {code, message, details.SerializeAsString()};
}

std::optional<ErrorInfo> ErrorInfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::ErrorInfo info;
    if (!detail.UnpackTo(&info) || info.domain() != kErrorDomain) continue;
    return ErrorInfo{info.reason(), {info.metadata().begin(), info.metadata().end()}};
  }
  return std::nullopt;
}

}  // namespace guanxi::rpc
