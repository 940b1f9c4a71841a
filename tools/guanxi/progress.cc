#include "tools/guanxi/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace guanxi::cli {

using namespace std::chrono_literals;

namespace {

// A text that has stood for less is no news.
constexpr auto kWaitingFrom = 2s;

}  // namespace

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1), thread_([this] { Run(); }) {}

Progress::~Progress() { Stop(); }

void Progress::Show(std::string text) {
  const std::lock_guard lock(mutex_);
  if (text == text_) return;
  text_ = std::move(text);
  shown_at_ = Clock::now();
}

void Progress::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

double Progress::Seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

std::string Progress::Line() const {
  const auto stood = Clock::now() - shown_at_;
  if (stood < kWaitingFrom) return text_;
  return text_ + "; waiting, " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(stood).count()) + " s";
}

void Progress::Run() {
  std::unique_lock lock(mutex_);
  bool shown = false;
  auto due = started_ + (is_terminal_ ? 500ms : 2000ms);
  while (!stopped_.wait_until(lock, due, [this] { return stop_; })) {
    std::fprintf(stderr, is_terminal_ ? "\r\033[K%s" : "%s\n", Line().c_str());
    std::fflush(stderr);
    shown = true;
    due = Clock::now() + (is_terminal_ ? 500ms : 5000ms);
  }
  if (is_terminal_ && shown) std::fputs("\r\033[K", stderr);
}

}  // namespace guanxi::cli
