#include "guanxid/upkeep.h"

#include <utility>

namespace guanxi::service {

Upkeep::Upkeep(std::string whose, Work work, std::chrono::milliseconds again_after)
    : work_(std::move(work)), again_after_(again_after), log_(std::move(whose)), thread_([this] { Run(); }) {}

Upkeep::~Upkeep() {
  AskToStop();
  thread_.join();
}

void Upkeep::AskToStop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool Upkeep::Stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

absl::Status Upkeep::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Upkeep::Note(const absl::Status& said) {
  const std::lock_guard lock(mutex_);
  status_ = said;
  if (!stopping_) log_.Note(said);
}

void Upkeep::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void Upkeep::WaitForWake(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this] { return stopping_ || woken_; });
  woken_ = false;
}

void Upkeep::Pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return stopping_; });
}

void Upkeep::Run() {
  while (!Stopping()) {
    absl::Status said = work_.open();
    Note(said);
    while (said.ok() && !Stopping()) said = work_.step();
    work_.close();
    Note(said);
    Pause(again_after_);
  }
}

}  // namespace guanxi::service
