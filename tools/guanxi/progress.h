// A line on stderr that says how far a long command has come.
#pragma once

#include <chrono>
#include <string>

namespace guanxi::cli {

// On a terminal: one line, written over, twice a second. Elsewhere: a line every
// ten seconds, the first after two. Not thread-safe.
class Progress {
 public:
  Progress();
  // Clears the line on a terminal.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Cheap when nothing is due.
  void Show(const std::string& text);
  double Seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  bool is_terminal_;
  bool shown_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point due_;
};

}  // namespace guanxi::cli
