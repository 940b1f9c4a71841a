// A line on stderr that says how far a long command has come.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace guanxi::cli {

// On a terminal: one line, written over, twice a second. Elsewhere: a line every
// five seconds, the first after two. A thread of its own writes it, so that it
// goes on while the command waits: then it also says for how long.
class Progress {
 public:
  Progress();
  // As Stop.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What is going on from now on. Thread-safe.
  void Show(std::string text);
  // Writes no more, and clears the line on a terminal.
  void Stop();
  double Seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  void Run();
  // One line, with how long the text has stood when that is long.
  std::string Line() const;

  const bool is_terminal_;
  const Clock::time_point started_ = Clock::now();
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stop_ = false;
  std::string text_ = "starting";
  Clock::time_point shown_at_ = started_;  // of text_
  std::thread thread_;
};

}  // namespace guanxi::cli
