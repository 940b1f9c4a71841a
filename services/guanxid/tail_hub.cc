#include "guanxid/tail_hub.h"

#include <algorithm>

namespace guanxi::service {

std::shared_ptr<TailHub> TailHub::Make(CommitHub& commits, Workers& workers, std::chrono::milliseconds interval) {
  return std::shared_ptr<TailHub>(new TailHub(commits, workers, interval));
}

TailHub::TailHub(CommitHub& commits, Workers& workers, std::chrono::milliseconds interval)
    : commits_(commits), workers_(workers), interval_(interval) {
  listener_ = commits_.Add([this] { Committed(); });
}

TailHub::~TailHub() { commits_.Remove(listener_); }

void TailHub::Committed() {
  const std::lock_guard lock(mutex_);
  if (due_ || wakes_.empty()) return;
  due_ = true;
  timer_ = workers_.At(std::max(Clock::now(), last_ + interval_), [weak = weak_from_this()] {
    if (const std::shared_ptr<TailHub> hub = weak.lock()) hub->WakeAll();
  });
}

void TailHub::WakeAll() {
  {
    // A commit from here on asks for another round.
    const std::lock_guard lock(mutex_);
    due_ = false;
    last_ = Clock::now();
  }
  wakes_.WakeAll();
}

}  // namespace guanxi::service
