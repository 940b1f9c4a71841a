#include "tools/guanxi/refusal.h"

#include "rpc/status.h"
#include "tools/guanxi/table.h"

namespace guanxi::cli {
namespace {

// Marks a status made by Misused; holds the remedy.
constexpr char kMisusedUrl[] = "guanxi.cli/misused";

std::string RemedyOf(const absl::Status& status, const std::string& server, bool tls) {
  if (const ReasonEntry* entry = ReasonOf(status)) return std::string(entry->remedy);
  if (const auto remedy = status.GetPayload(kMisusedUrl)) return std::string(*remedy);
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return "Check that guanxid runs and listens on " + server + " (--server says another address)" +
             (tls ? ", and that its certificate names this host and is signed by --tls-ca."
                  : ". If it has a certificate, connect by TLS: --tls-ca FILE.");
    case absl::StatusCode::kDeadlineExceeded:
      return "Try again, or give it more time with --deadline SECONDS. Whether a write was done shows by sending it again.";
    case absl::StatusCode::kResourceExhausted:
      return "A message to the server takes at most 8 MiB: send less at once.";
    case absl::StatusCode::kUnimplemented:
      return "The server is of another version than this tool: use the guanxi built with it.";
    default:
      return "";
  }
}

}  // namespace

std::optional<Reason> ReasonNamed(const std::string& name) {
#define GUANXI_CLI_REASON(reason, number, code, cause, remedy) \
  if (name == #reason) return Reason::reason;
  GUANXI_REASONS(GUANXI_CLI_REASON)
#undef GUANXI_CLI_REASON
  return std::nullopt;
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto info = rpc::ErrorInfoOf(status);
  const auto reason = info ? ReasonNamed(info->reason) : std::nullopt;
  if (reason) return Refuse(*reason, status.error_message(), info->metadata);
  const std::string prefix = info ? info->reason + ": " : "";
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), prefix + status.error_message());
}

absl::Status Misused(const std::string& message, const std::string& remedy) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kMisusedUrl, absl::Cord(remedy));
  return status;
}

absl::Status OfTheFile(const absl::Status& status, const std::string& remedy) {
  const ReasonEntry* const entry = ReasonOf(status);
  if (entry == nullptr || entry->reason != Reason::REQUEST_INVALID || MetadataOf(status).count("file") == 0) return status;
  return Misused(std::string(status.message()), remedy);
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (status.GetPayload(kMisusedUrl)) return kExitUsage;
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ? kExitUnavailable : kExitRefused;
}

std::string DescribeRefusal(const absl::Status& status, const std::string& server, bool tls) {
  const ReasonEntry* entry = ReasonOf(status);
  std::string text = "error: " + std::string(entry != nullptr ? entry->name : "") + (entry != nullptr ? ": " : "");
  if (entry == nullptr && !status.GetPayload(kMisusedUrl)) text += absl::StatusCodeToString(status.code()) + ": ";
  text += Shown(std::string_view(status.message().data(), status.message().size())) + "\n";
  for (const auto& [key, value] : MetadataOf(status)) text += "  " + Shown(key) + ": " + Shown(value) + "\n";
  const std::string remedy = RemedyOf(status, server, tls);
  if (!remedy.empty()) text += "  what to do: " + remedy + "\n";
  return text;
}

}  // namespace guanxi::cli
