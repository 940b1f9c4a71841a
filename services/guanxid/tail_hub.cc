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

uint64_t TailHub::Add(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wakes_.emplace(++next_, std::move(wake));
  return next_;
}

void TailHub::Remove(uint64_t id) {
  const std::lock_guard lock(mutex_);
  wakes_.erase(id);
}

void TailHub::Committed() {
  const std::lock_guard lock(mutex_);
  if (due_ || wakes_.empty()) return;
  due_ = true;
  timer_ = workers_.At(std::max(Clock::now(), last_ + interval_), [weak = weak_from_this()] {
    if (const std::shared_ptr<TailHub> hub = weak.lock()) hub->WakeAll();
  });
}

void TailHub::WakeAll() {
  const std::lock_guard lock(mutex_);
  // A commit after this line asks for another round.
  due_ = false;
  last_ = Clock::now();
  for (const auto& [id, wake] : wakes_) wake();
}

}  // namespace guanxi::service
