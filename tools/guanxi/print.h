// Printing answers.
#pragma once

#include <google/protobuf/message.h>

#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/table.h"

namespace guanxi::cli {

// Protobuf's JSON mapping; one line unless `whitespace`. INTERNAL when it cannot be said in JSON.
absl::StatusOr<std::string> JsonOf(const google::protobuf::Message& message, bool whitespace);

// Prints a message as JSON as the output option says, and flushes.
absl::Status PrintJson(const Context& context, const google::protobuf::Message& message);

// To stdout, flushed.
void Print(std::string_view text);

// An answer that is one thing: JSON, or what `table(answer)` gives.
template <class Answer, class ToTable>
absl::Status PrintAnswer(const Context& context, const absl::StatusOr<Answer>& answer, ToTable to_table) {
  if (!answer.ok()) return answer.status();
  if (context.output != Output::kTable) return PrintJson(context, *answer);
  Print(to_table(*answer));
  return absl::OkStatus();
}

// "more: --page-token X" under a page; nothing at the end.
std::string MoreLine(const std::string& next_page_token);

// A page of items: jsonl prints each item on a line of its own, and says on
// standard error how to go on.
template <class Answer, class Items, class ToTable>
absl::Status PrintPage(const Context& context, const absl::StatusOr<Answer>& answer, Items items, ToTable to_table) {
  if (!answer.ok()) return answer.status();
  if (context.output == Output::kJson) return PrintJson(context, *answer);
  if (context.output == Output::kTable) {
    Print(to_table(*answer));
    return absl::OkStatus();
  }
  for (const auto& item : items(*answer)) {
    const absl::Status printed = PrintJson(context, item);
    if (!printed.ok()) return printed;
  }
  if constexpr (requires { answer->next_page_token(); }) std::cerr << MoreLine(answer->next_page_token());
  return absl::OkStatus();
}

}  // namespace guanxi::cli
