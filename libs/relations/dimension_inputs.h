// What each dimension is computed from: the account's own numbers, before the
// policy's constants are applied. dimensions.cc fills and evaluates them,
// explain.cc shows them. "In W12" is what docs/domain-decisions.md says it is.
#pragma once

#include <cstdint>

#include "base/int128.h"
#include "relations/money.h"
#include "relations/policy.h"

namespace guanxi::relations {

struct HeightInputs {
  uint64_t visits_ever = 0;                 // 0: not applicable
  Level highest_met = Level::kUnspecified;  // in W12
  int64_t executive_meetings = 0;           // in W12
};

struct BreadthInputs {
  uint64_t visits_ever = 0, orders_ever = 0;                        // both 0: not applicable
  int64_t departments_met = 0, levels_met = 0, business_lines = 0;  // in W12
};

struct DepthInputs {
  uint64_t contracts_ever = 0, orders_ever = 0, projects_ever = 0, trials_ever = 0;  // all 0: not applicable
  int64_t active_contracts = 0;
  int32_t longest_contract_months = -1;  // of those; -1: none
  int64_t projects_and_trials = 0;       // started in W12
  int64_t supporters = 0;                // and mentors, now
  int32_t full_years = 0;                // since the first contract or order
};

struct ValueInputs {
  uint64_t orders_ever = 0;  // 0: not applicable
  Measure measure{};
  int128 amount = 0;      // of the measure in W12, micro-units; may be negative
  CurrencyCode currency;  // the account's
};

struct PaymentInputs {
  int128 amount = 0;       // due in W12, micro-units; 0: not applicable
  int128 amount_days = 0;  // sum of amount * days late
  CurrencyCode currency;
};

struct ServiceInputs {
  int64_t orders = 0, complaints = 0;  // in W12; with nothing open both 0: not applicable
  int64_t open_critical = 0, open_other = 0;
  int64_t recurrences = 0, sla_hits = 0, sla_misses = 0;  // in W12
};

struct SatisfactionInputs {
  int64_t answers = 0;   // in W12; 0: not applicable
  int128 score_sum = 0;  // of score * 2100 / scale
};

struct LoyaltyInputs {
  bool traded_ever = false;          // false: not applicable
  int64_t months_with_business = 0;  // of W12
  int32_t full_years = 0;            // since the first contract or order
};

struct DimensionInputs {
  HeightInputs height;
  BreadthInputs breadth;
  DepthInputs depth;
  ValueInputs value;
  PaymentInputs payment;
  ServiceInputs service;
  SatisfactionInputs satisfaction;
  LoyaltyInputs loyalty;
};

}  // namespace guanxi::relations
