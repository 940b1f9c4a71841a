#include "tools/guanxi/refusal.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <optional>

#include "base/reason.h"
#include "tools/guanxi/table.h"

namespace guanxi::cli {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

struct ErrorInfo {
  std::string reason;
  ReasonMetadata metadata;
};

// Calls visit(number, bytes) for each length-delimited field of a message.
template <class Visitor>
bool VisitFields(const std::string& message, Visitor&& visit) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(message)) return false;
  for (int i = 0; i < fields.field_count(); ++i)
    if (fields.field(i).type() == UnknownField::TYPE_LENGTH_DELIMITED) visit(fields.field(i).number(), fields.field(i).length_delimited());
  return true;
}

// google.rpc.ErrorInfo: reason = 1, domain = 2, map metadata = 3.
std::optional<ErrorInfo> ParseErrorInfo(const std::string& bytes) {
  ErrorInfo info;
  const bool parsed = VisitFields(bytes, [&](int number, const std::string& value) {
    if (number == 1) info.reason = value;
    if (number != 3) return;
    std::string key, text;
    VisitFields(value, [&](int part, const std::string& bytes) { (part == 1 ? key : text) = bytes; });
    info.metadata[key] = text;
  });
  if (!parsed || info.reason.empty()) return std::nullopt;
  return info;
}

// google.rpc.Status: repeated google.protobuf.Any details = 3. Read by number,
// as no package of its generated code is at hand and two fields need none.
std::optional<ErrorInfo> ErrorInfoOf(const grpc::Status& status) {
  std::optional<ErrorInfo> info;
  VisitFields(status.error_details(), [&](int number, const std::string& value) {
    google::protobuf::Any detail;
    if (number == 3 && detail.ParseFromString(value) && detail.type_url() == "type.googleapis.com/google.rpc.ErrorInfo")
      info = ParseErrorInfo(detail.value());
  });
  return info;
}

std::optional<Reason> ReasonNamed(const std::string& name) {
#define GUANXI_CLI_REASON(reason, number, code, cause, remedy) \
  if (name == #reason) return Reason::reason;
  GUANXI_REASONS(GUANXI_CLI_REASON)
#undef GUANXI_CLI_REASON
  return std::nullopt;
}

std::string RemedyOf(const absl::Status& status, const std::string& server) {
  if (const ReasonEntry* entry = ReasonOf(status)) return std::string(entry->remedy);
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return "Check that guanxid runs and listens on " + server + " (--server says another address).";
    case absl::StatusCode::kDeadlineExceeded:
      return "Try again, or give it more time with --deadline SECONDS. Whether a write was done shows by sending it again.";
    case absl::StatusCode::kUnimplemented:
      return "The server is of another version than this tool: use the guanxi built with it.";
    default:
      return "";
  }
}

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto info = ErrorInfoOf(status);
  const auto reason = info ? ReasonNamed(info->reason) : std::nullopt;
  if (reason) return Refuse(*reason, status.error_message(), info->metadata);
  const std::string prefix = info ? info->reason + ": " : "";
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), prefix + status.error_message());
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ? kExitUnavailable : kExitRefused;
}

std::string DescribeRefusal(const absl::Status& status, const std::string& server) {
  const ReasonEntry* entry = ReasonOf(status);
  std::string text = "error: " + std::string(entry != nullptr ? entry->name : "") + (entry != nullptr ? ": " : "");
  if (entry == nullptr) text += absl::StatusCodeToString(status.code()) + ": ";
  text += Shown(std::string_view(status.message().data(), status.message().size())) + "\n";
  for (const auto& [key, value] : MetadataOf(status)) text += "  " + Shown(key) + ": " + Shown(value) + "\n";
  const std::string remedy = RemedyOf(status, server);
  if (!remedy.empty()) text += "  what to do: " + remedy + "\n";
  return text;
}

}  // namespace guanxi::cli
