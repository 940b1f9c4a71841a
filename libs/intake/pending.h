// Submissions of this node that were produced and whose outcome is still open.
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "partition/submission.h"

namespace guanxi::intake {

// What a submission carries to Kafka and back, so that it is known again: which
// process waits for it, and under which number. Part of no log.
struct Ticket {
  uint64_t process = 0;
  uint64_t number = 0;
};
std::string EncodeTicket(Ticket ticket);
std::optional<Ticket> DecodeTicket(std::string_view bytes);

class Pending {
 public:
  using Done = std::function<void(partition::SubmissionResult)>;
  using Deadline = std::chrono::steady_clock::time_point;

  Pending();
  ~Pending() { Stop(); }

  // `done` runs once: at Finish, or with OUTCOME_UNKNOWN at the deadline or at
  // Stop. nullopt: stopped; `done` is left as it was.
  std::optional<Ticket> Add(size_t events, Deadline deadline, Done& done);
  // Passed over when it is not, or no more, waited for. On the caller's thread.
  void Finish(uint64_t number, partition::SubmissionResult result);
  // The same status for every event of it.
  void Refuse(uint64_t number, const absl::Status& status);
  // Forgets it without an answer; gives back its `done`.
  Done Take(uint64_t number);
  bool IsOurs(Ticket ticket) const { return ticket.process == process_; }
  size_t events() const;
  void Stop();

 private:
  struct Waiting {
    size_t events = 0;
    Deadline deadline;
    Done done;
  };
  void Expire();
  std::optional<Waiting> Remove(uint64_t number);

  const uint64_t process_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, Waiting> waiting_;
  std::map<std::pair<Deadline, uint64_t>, uint64_t> by_deadline_;
  uint64_t next_ = 1;
  size_t events_ = 0;
  bool stopping_ = false;
  std::thread expirer_;
};

}  // namespace guanxi::intake
