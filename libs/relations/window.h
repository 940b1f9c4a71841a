// W12 of an account at one instant, added up: what the dimensions and gates are
// computed from. Internal to relations.
#pragma once

#include "relations/account.h"

namespace guanxi::relations {

struct Window {
  Timestamp t;
  Month first, last;  // W12, inclusive
  // Days of W12: [first_day, past_day). All three only when something is owed.
  Day first_day, past_day, today;

  uint32_t visits = 0;
  uint8_t levels_met = 0;
  size_t departments = 0, lines = 0;
  uint32_t executive_meetings = 0, decision_maker_visits = 0;
  uint32_t orders = 0, joint_projects = 0, trials = 0;
  TradeSums net;
  uint32_t complaints = 0, recurrences = 0, sla_hits = 0, sla_misses = 0;
  uint32_t survey_answers = 0;
  uint64_t survey_sum = 0;
  uint32_t months_with_orders = 0;
  uint32_t months_with_business = 0;  // an order placed or a contract active

  uint32_t contracts_in_window = 0;    // active at some time in W12, up to t
  uint32_t contracts_active = 0;       // at t
  int32_t longest_active_months = -1;  // of those; -1: none
  int32_t years_since_first = 0;       // full years since the first contract or order
};

// Cost: O(months + contracts).
Window SumWindow(const AccountCore& core, Timestamp t, BusinessCalendar calendar);

inline bool InWindow(const Window& w, Month m) { return w.first <= m && m <= w.last; }
inline bool InWindow(const Window& w, Day d) { return w.first_day <= d && d < w.past_day; }
int LevelsIn(uint8_t levels_met);
Level HighestLevel(uint8_t levels_met);

}  // namespace guanxi::relations
