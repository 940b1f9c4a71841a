// Random histories of one account: every event type, ids from small pools so that
// events meet, contradict and repeat each other. The same seed gives the same history.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "relations/events.h"

namespace guanxi::relations {

class RandomHistory {
 public:
  explicit RandomHistory(uint32_t seed) : random_(seed) {}

  // In fold order; positions dense from 1; some events share an instant.
  std::vector<Event> Make(size_t events);

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  std::string Id(const char* kind, int64_t pool) { return kind + std::to_string(Below(pool)); }
  template <class Enum>
  Enum Any(int max) {
    return static_cast<Enum>(Below(max + 1));
  }
  CurrencyCode Currency() { return CurrencyCode(OneIn(12) ? "USD" : "EUR"); }
  Money Amount() { return {(1 + Below(400'000)) * 10'000, Currency()}; }
  std::string Name(const char* kind) { return OneIn(4) ? "" : Id(kind, 6); }
  Timestamp Near(Timestamp t, int64_t days) { return {t.micros + Below(days * 24) * kMicrosPerHour}; }

  EventBody Body(Timestamp now);
  EventBody Social(Timestamp now);
  EventBody Pursuit(Timestamp now);
  EventBody Trade(Timestamp now);
  EventBody Service();
  EventBody Rest(Timestamp now);
  VisitHeld AVisit();
  std::vector<OrderLine> Lines();

  std::mt19937 random_;
};

}  // namespace guanxi::relations
