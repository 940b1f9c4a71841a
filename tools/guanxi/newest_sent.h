// Which of the events of a stream may move the business clock, which never goes back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "base/time.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::cli {

// Not thread-safe. Memory: the newest thousand times.
class NewestSent {
 public:
  // Every event in the order of the stream. One after `now` (the wall clock) moves no clock:
  // it is parked, or so little ahead that the next import's events are newer.
  void Add(Timestamp occurred_at, Timestamp now);

  // Of the events that the answer does not name as parked or refused; unset when there is
  // none. Exact as long as the answer names all; of the first thousand failures it does.
  std::optional<Timestamp> Accepted(const guanxi::v1::AppendStreamResponse& response) const;

 private:
  using Sent = std::pair<Timestamp, uint64_t>;  // and the event's ordinal
  std::priority_queue<Sent, std::vector<Sent>, std::greater<>> newest_;
  uint64_t count_ = 0;
};

}  // namespace guanxi::cli
