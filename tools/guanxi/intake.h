// What `import` and `generate` have in common: events go to a server or a file,
// then the clock follows and the outcome is reported.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "importers/import.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/progress.h"

namespace guanxi::cli {

struct IntakeArguments {
  uint32_t batch = 500;
  bool keep_clock = false;
  bool adopt_policies = false;
};

void AddIntake(CLI::App* command, IntakeArguments& intake);

// What the server did with the events.
struct IntakeOutcome {
  guanxi::v1::AppendStreamResponse response;
  // Where the business clock stands; unset when it was kept or there was no event.
  std::optional<Timestamp> clock;
  // Of all events; unset when there was none.
  std::optional<Timestamp> newest;
};

// Runs `fill` over a stream to the server; then AdvanceClock to the time that
// `newest` gives. An event that was parked or refused is in the outcome, not an error.
// `progress` says what is waited for.
absl::StatusOr<IntakeOutcome> TakeIn(Context& context, const IntakeArguments& intake, const std::string& actor, Progress& progress,
                                     const std::function<absl::Status(importers::EventSink&)>& fill,
                                     const std::function<std::optional<Timestamp>()>& newest);

// Lines such as "appended  18,566"; and where the clock stands, with what to do when
// that is long after the newest event: a server that follows the wall clock shows history decayed.
std::string DescribeOutcome(const IntakeOutcome& outcome);
// OK, or how many events the server does not have.
absl::Status RefusalOf(const IntakeOutcome& outcome);
// A line per failure, the first of them.
std::string DescribeFailures(const guanxi::v1::AppendStreamResponse& response);

}  // namespace guanxi::cli
