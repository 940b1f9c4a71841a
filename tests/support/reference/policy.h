// The reference model's policy: the numbers of the default policy `standard`
// version 1, each of them open to change by a test. Plain values; shares
// nothing with the engine's policy type.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "guanxi/event/v1/account.pb.h"

namespace guanxi::reference {

enum Dimension { kHeight, kBreadth, kDepth, kValue, kPayment, kService, kSatisfaction, kLoyalty };
inline constexpr int kDimensions = 8;

enum class Measure { kRevenue, kProfit, kUnits, kProjectIncome };
enum class WhenMissing { kExclude, kAsZero };

// One row of the tier machine's edges, for the tier above ORDINARY it is named after.
struct Edges {
  int64_t up;
  int64_t down;
};

// A condition that no score buys, by its key in the policy file.
struct GateRule {
  std::string name;
  int64_t threshold;
};

struct Policy {
  std::string name = "standard";
  int32_t version = 1;

  // In the order of Dimension.
  std::array<int64_t, kDimensions> weight = {15, 15, 20, 20, 10, 8, 7, 5};
  std::array<WhenMissing, kDimensions> when_missing = {};

  // height: by level, index 0 = no known level.
  std::array<int64_t, 5> height_base = {0, 150, 350, 550, 700};
  int64_t executive_meeting_points = 100;
  int64_t executive_meetings_counted = 3;

  int64_t department_points = 400, departments_counted = 5;
  int64_t level_points = 300, levels_counted = 4;
  int64_t line_points = 300, lines_counted = 4;

  int64_t active_contract_points = 200, long_contract_points = 400, long_contract_months = 12;
  int64_t project_points = 100, project_points_limit = 200;
  int64_t supporter_points = 50, supporter_points_limit = 200;
  int64_t depth_year_points = 40, depth_year_points_limit = 200;

  Measure measure = Measure::kRevenue;
  // (units of money or pieces, points), rising.
  std::vector<std::pair<int64_t, int64_t>> value_bands = {{0, 0},         {10'000, 200},    {100'000, 400},
                                                          {500'000, 600}, {2'000'000, 800}, {10'000'000, 1000}};

  int64_t payment_days = 90;

  int64_t open_critical_points = 300, open_other_points = 150, recurrence_points = 100;
  int64_t sla_points = 500;
  int64_t recurrence_days = 30;
  int64_t first_response_hours = 8, resolution_hours = 72;
  int64_t critical_first_response_hours = 2, critical_resolution_hours = 24;

  int64_t loyalty_month_points = 600;
  int64_t loyalty_year_points = 400, loyalty_years_counted = 5;

  // PREFERRED, PARTNER, STRATEGIC.
  std::array<Edges, 3> edges = {{{400, 350}, {600, 550}, {800, 750}}};
  int64_t dwell_days = 90;
  int64_t month_ends_below = 2;

  // PREFERRED, PARTNER, STRATEGIC.
  std::array<std::vector<GateRule>, 3> gates = {{
      {{"orders_or_contracts", 1}},
      {{"active_contracts", 1}, {"departments_met", 2}, {"levels_met", 2}, {"decision_maker_met", 1}, {"lines_or_joint_project", 2}},
      {{"executive_meeting", 6}, {"contract_of_months", 12}, {"critical_complaints", 0}, {"overdue_days", 60}},
  }};

  // Of a policy that stands in `segments`: its name and whom it is for. Unset and empty: any.
  std::string segment;
  event::v1::AccountType account_type = event::v1::ACCOUNT_TYPE_UNSPECIFIED;
  event::v1::Ownership ownership = event::v1::OWNERSHIP_UNSPECIFIED;
  std::string industry;
  // The first that is for the account rules it.
  std::vector<Policy> segments;
};

// `transactional` version 1: for firms that have only orders and payments.
Policy Transactional();

// A PolicyAdopted control record.
struct PolicyAdoption {
  Policy policy;
  Timestamp effective_at;
  uint64_t control_epoch = 0;
  uint64_t position = 0;
};

}  // namespace guanxi::reference
