// Wakes the streams that follow logs: at the first commit after a pause, and
// then at most once per interval, however many commits there are. A message
// then carries what came in between, and a thousand streams cost a partition's
// thread nothing. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include "guanxid/commit_hub.h"
#include "guanxid/wake_list.h"
#include "guanxid/workers.h"

namespace guanxi::service {

// Ends before the workers and the commit hub.
class TailHub : public std::enable_shared_from_this<TailHub> {
 public:
  static std::shared_ptr<TailHub> Make(CommitHub& commits, Workers& workers, std::chrono::milliseconds interval);
  ~TailHub();

  // `wake` runs after commits, and when the node stops, on a worker: it must
  // not block. It does not run any more once Remove has returned.
  uint64_t Add(std::function<void()> wake) { return wakes_.Add(std::move(wake)); }
  void Remove(uint64_t id) { wakes_.Remove(id); }

 private:
  TailHub(CommitHub& commits, Workers& workers, std::chrono::milliseconds interval);

  using Clock = std::chrono::steady_clock;

  void Committed();
  void WakeAll();

  CommitHub& commits_;
  Workers& workers_;
  const std::chrono::milliseconds interval_;
  uint64_t listener_ = 0;

  WakeList wakes_;
  std::mutex mutex_;  // guards what follows
  bool due_ = false;  // a WakeAll is under way
  Clock::time_point last_;
  Workers::Timer timer_;
};

}  // namespace guanxi::service
