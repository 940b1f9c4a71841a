// Following a stream of rows with checkpoints: `events subscribe` and `account watch`.
#pragma once

#include <CLI/CLI.hpp>
#include <limits>
#include <string>

#include "tools/guanxi/context.h"
#include "tools/guanxi/print.h"

namespace guanxi::cli {

struct FollowArguments {
  std::string resume_after;
  bool from_beginning = false;
  uint64_t limit = std::numeric_limits<uint64_t>::max();
};

inline void AddFollow(CLI::App* command, FollowArguments& follow, const std::string& rows) {
  auto* beginning = command->add_flag("--from-beginning", follow.from_beginning, "All " + rows + " so far first; default: from now on");
  command->add_option("--resume-after", follow.resume_after, "Start after this checkpoint")->excludes(beginning);
  command->add_option("--limit", follow.limit, "Stop after so many " + rows + " (table and jsonl)")->check(CLI::PositiveNumber);
}

// Prints until interrupted or the limit is reached: json each message with its
// checkpoint, jsonl each row, table `line(row)`. rows(message) gives the rows.
template <class Method, class Request, class Rows, class Line>
absl::Status FollowRows(Context& context, Method method, Request request, const FollowArguments& follow, Rows rows, Line line) {
  if (!follow.resume_after.empty())
    request.set_resume_after(follow.resume_after);
  else if (follow.from_beginning)
    request.set_from_beginning(true);
  else
    request.set_from_now(true);
  uint64_t left = follow.limit;
  const auto take = [&](const auto& message) -> absl::Status {
    if (context.output == Output::kJson) return PrintJson(context, message);
    for (const auto& row : rows(message)) {
      if (context.output == Output::kTable) Print(line(row));
      const absl::Status printed = context.output == Output::kTable ? absl::OkStatus() : PrintJson(context, row);
      if (!printed.ok()) return printed;
      if (--left == 0) return absl::CancelledError();
    }
    return absl::OkStatus();
  };
  const absl::Status status = context.Follow(method, request, take);
  return absl::IsCancelled(status) && left == 0 ? absl::OkStatus() : status;
}

}  // namespace guanxi::cli
