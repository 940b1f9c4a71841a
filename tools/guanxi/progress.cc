#include "tools/guanxi/progress.h"

#include <unistd.h>

#include <cstdio>

namespace guanxi::cli {

using namespace std::chrono_literals;

Progress::Progress() : is_terminal_(isatty(STDERR_FILENO) == 1), due_(started_ + (is_terminal_ ? 500ms : 2000ms)) {}

Progress::~Progress() {
  if (is_terminal_ && shown_) std::fputs("\r\033[K", stderr);
}

void Progress::Show(const std::string& text) {
  const auto now = Clock::now();
  if (now < due_) return;
  due_ = now + (is_terminal_ ? 500ms : 10'000ms);
  shown_ = true;
  std::fprintf(stderr, is_terminal_ ? "\r\033[K%s" : "%s\n", text.c_str());
  std::fflush(stderr);
}

double Progress::Seconds() const { return std::chrono::duration<double>(Clock::now() - started_).count(); }

}  // namespace guanxi::cli
