#include "tools/guanxi/print.h"

#include <google/protobuf/util/json_util.h>

#include <cstdio>

namespace guanxi::cli {

absl::StatusOr<std::string> JsonOf(const google::protobuf::Message& message, bool whitespace) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = whitespace;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError("the answer cannot be written as JSON: " + status.ToString());
  while (!json.empty() && json.back() == '\n') json.pop_back();
  return json;
}

absl::Status PrintJson(const Context& context, const google::protobuf::Message& message) {
  const auto json = JsonOf(message, context.output == Output::kJson);
  if (!json.ok()) return json.status();
  Print(*json + "\n");
  return absl::OkStatus();
}

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string MoreLine(const std::string& next_page_token) {
  return next_page_token.empty() ? "" : "more: --page-token " + next_page_token + "\n";
}

}  // namespace guanxi::cli
