#include "intake/pending.h"

#include <random>
#include <vector>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::intake {
namespace {

constexpr size_t kTicketBytes = 16;

uint64_t RandomProcess() {
  std::random_device device;
  return uint64_t{device()} << 32 | device();
}

absl::Status Unknown(const char* why) {
  return guanxi::Refuse(Reason::OUTCOME_UNKNOWN, std::string("the events were handed to Kafka, and ") + why, {{"why", why}});
}

}  // namespace

std::string EncodeTicket(Ticket ticket) {
  std::string bytes;
  PutLittleEndian(bytes, ticket.process);
  PutLittleEndian(bytes, ticket.number);
  return bytes;
}

std::optional<Ticket> DecodeTicket(std::string_view bytes) {
  if (bytes.size() != kTicketBytes) return std::nullopt;
  ByteReader in(bytes);
  Ticket ticket;
  ticket.process = in.LittleEndian<uint64_t>();
  ticket.number = in.LittleEndian<uint64_t>();
  return ticket;
}

Pending::Pending() : process_(RandomProcess()), expirer_([this] { Expire(); }) {}

std::optional<Ticket> Pending::Add(size_t events, Deadline deadline, Done& done) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return std::nullopt;
  const uint64_t number = next_++;
  events_ += events;
  waiting_[number] = {events, deadline, std::move(done)};
  by_deadline_[{deadline, number}] = number;
  if (by_deadline_.begin()->second == number) changed_.notify_all();
  return Ticket{process_, number};
}

std::optional<Pending::Waiting> Pending::Remove(uint64_t number) {
  const auto it = waiting_.find(number);
  if (it == waiting_.end()) return std::nullopt;
  Waiting waiting = std::move(it->second);
  by_deadline_.erase({waiting.deadline, number});
  waiting_.erase(it);
  events_ -= waiting.events;
  return waiting;
}

void Pending::Finish(uint64_t number, partition::SubmissionResult result) {
  Done done = Take(number);
  if (done != nullptr) done(std::move(result));
}

void Pending::Refuse(uint64_t number, const absl::Status& status) {
  std::optional<Waiting> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting = Remove(number);
  }
  if (waiting) waiting->done(partition::AllRefused(waiting->events, status));
}

Pending::Done Pending::Take(uint64_t number) {
  const std::lock_guard lock(mutex_);
  std::optional<Waiting> waiting = Remove(number);
  return waiting ? std::move(waiting->done) : nullptr;
}

size_t Pending::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void Pending::Expire() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (by_deadline_.empty()) {
      changed_.wait(lock);
    } else {
      // A copy: the entry may go while we wait.
      const Deadline first = by_deadline_.begin()->first.first;
      changed_.wait_until(lock, first);
    }
    std::vector<Waiting> expired;
    const auto now = std::chrono::steady_clock::now();
    while (!by_deadline_.empty() && by_deadline_.begin()->first.first <= now) expired.push_back(*Remove(by_deadline_.begin()->second));
    if (expired.empty()) continue;
    lock.unlock();
    for (Waiting& waiting : expired)
      waiting.done(partition::AllRefused(waiting.events, Unknown("the deadline passed before they were applied")));
    lock.lock();
  }
}

void Pending::Stop() {
  std::map<uint64_t, Waiting> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    left.swap(waiting_);
    by_deadline_.clear();
    events_ = 0;
  }
  changed_.notify_all();
  if (expirer_.joinable()) expirer_.join();
  for (auto& [number, waiting] : left) waiting.done(partition::AllRefused(waiting.events, Unknown("the server is stopping")));
}

}  // namespace guanxi::intake
