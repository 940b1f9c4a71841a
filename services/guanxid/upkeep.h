// A thread that keeps something up which may fail at any time and come back: it
// opens, steps as long as that goes well, closes, and begins again. What keeps it
// from going on is said on standard error, and when that is over.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "intake/trouble_log.h"

namespace guanxi::service {

// Thread-safe. Work runs on the one thread; `close` after every `open`, whatever
// that said. A step should not take long, and end early when Stopping().
class Upkeep {
 public:
  struct Work {
    std::function<absl::Status()> open, step;
    std::function<void()> close;
  };
  // Begins at once: what work uses is made before, and outlives it. whose: as standard error names it.
  Upkeep(std::string whose, Work work, std::chrono::milliseconds again_after);
  // Waits for the step under way.
  ~Upkeep();
  // Does not wait.
  void AskToStop();

  bool Stopping() const;
  // OK before the first attempt, and while steps go well; else what opening or stepping said last.
  absl::Status status() const;
  // Ends the wait under way, or the next one.
  void Wake();

  // Of the thread itself. Until Wake, for that time at most.
  void WaitForWake(std::chrono::milliseconds at_most);
  // For that time, whoever wakes; shorter when stopping.
  void Pause(std::chrono::milliseconds time);

 private:
  void Run();
  void Note(const absl::Status& said);

  const Work work_;
  const std::chrono::milliseconds again_after_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, woken_ = false;
  absl::Status status_;
  intake::TroubleLog log_;  // of the thread
  std::thread thread_;
};

}  // namespace guanxi::service
