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
  // Where the business clock stands; unset when it was not moved: it was kept, there was no event, or `clock_moved` says why.
  std::optional<Timestamp> clock;
  // Where it was to be advanced to; unset when no event was accepted and the file names no clock.
  std::optional<Timestamp> newest;
  // What the server said to that; OK also when it was not asked.
  absl::Status clock_moved;
};

// Runs `fill` over a stream to the server; then AdvanceClock to the newest event that was
// accepted, or to the later time that `clock` gives: the file's own business clock.
// An event that was parked or refused is in the outcome, not an error, and so is a clock
// that could not be advanced: the events are stored. `progress` says what is waited for.
absl::StatusOr<IntakeOutcome> TakeIn(Context& context, const IntakeArguments& intake, const std::string& actor, Progress& progress,
                                     const std::function<absl::Status(importers::EventSink&)>& fill,
                                     const std::function<std::optional<Timestamp>()>& clock);

// Lines such as "appended  18,566"; and where the clock stands, with what to do when
// that is long after the newest event: a server that follows the wall clock shows history decayed.
std::string DescribeOutcome(const IntakeOutcome& outcome);
// OK, or how many events the server does not have, or else why the clock was not moved.
absl::Status RefusalOf(const IntakeOutcome& outcome);
// A line per failure, the first of them.
std::string DescribeFailures(const guanxi::v1::AppendStreamResponse& response);

}  // namespace guanxi::cli
