// Random histories. A history is drawn as a list of small numbers, six per
// step, which rapidcheck can shrink: fewer steps and smaller numbers make a
// simpler story. What the numbers mean is said in the sources: which family of
// events, which of them, when, and three choices of the event's own. Everything drawn is an event that
// admission accepts; much of it contradicts what came before.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/time.h"
#include "support/reference/reference.h"

namespace guanxi::property {

inline constexpr int64_t kHour = kMicrosPerHour, kDay = kMicrosPerDay;

struct Draw {
  int family = 0, kind = 0, when = 0, a = 0, b = 0, c = 0;  // each 0-255
};

struct HistoryDraw {
  int calendar = 0, start = 0, policy = 0;  // each 0-255
  std::vector<Draw> adoptions;              // at most 3 are used
  std::vector<Draw> steps;
};

// The account `draw` stands for. Adoptions have positions among the events'.
reference::Account AccountFrom(const HistoryDraw& draw);

// Policies that differ in what the fold could get wrong; 0 is standard, 1 transactional.
inline constexpr int kPolicyVariants = 9;
reference::Policy PolicyVariant(int n);

// Writes the events of one account while a draw is read.
class Writer {
 public:
  explicit Writer(reference::Account& account, Timestamp start) : account_(account), start_(start), cursor_(start) {}

  // Moves time as draw.when says.
  void Move(const Draw& draw);
  Timestamp at() const { return at_; }
  const BusinessCalendar& calendar() const { return account_.calendar; }
  uint64_t position() const { return account_.events.size(); }

  template <class Message>
  void Add(Message message) {
    const uint64_t position = account_.events.size();
    account_.events.push_back(reference::MakeEvent("e" + std::to_string(position), position, at_, std::move(message)));
  }
  // The next events come `micros` later.
  void Wait(int64_t micros) {
    at_.micros += micros;
    cursor_ = std::max(cursor_, at_);
  }
  void AddUnknown() {
    const uint64_t position = account_.events.size();
    account_.events.push_back({"e" + std::to_string(position), position, at_, nullptr});
  }

 private:
  reference::Account& account_;
  const Timestamp start_;
  Timestamp cursor_, at_;
};

// Each writes one event (some: a few) of its family, by draw.kind.
void WriteAccountEvent(Writer& writer, const Draw& draw);
void WriteContactOrVisit(Writer& writer, const Draw& draw);
void WriteOpportunityEvent(Writer& writer, const Draw& draw);
void WriteTradeEvent(Writer& writer, const Draw& draw);
void WriteServiceEvent(Writer& writer, const Draw& draw);
void WriteOperatorEvent(Writer& writer, const Draw& draw);
// Short stories whose steps come at the instants where a rule changes its mind: the
// life of a complaint, an invoice paid in parts, a contract around its end.
void WriteComplaintStory(Writer& writer, const Draw& draw);
void WriteInvoiceStory(Writer& writer, const Draw& draw);
void WriteContractStory(Writer& writer, const Draw& draw);
// A month in which everything goes well: orders, a long contract, executives met, a happy customer.
void WriteGoodMonth(Writer& writer, const Draw& draw);

// One of the choices, by the drawn number.
template <class T, size_t n>
const T& Choose(const std::array<T, n>& choices, int drawn) {
  return choices[static_cast<size_t>(drawn) % n];
}

// "o0" ... of a small pool, so that ids repeat and refer to each other.
inline std::string Id(const char* prefix, int drawn, int pool) { return prefix + std::to_string(drawn % pool); }

}  // namespace guanxi::property
