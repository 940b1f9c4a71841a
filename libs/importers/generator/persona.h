// How accounts of a kind behave: the rates and habits that make the tiers come
// out. Per mille and per month where not said otherwise.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "guanxi/event/v1/common.pb.h"

namespace guanxi::importers::generator {

enum class Persona : uint8_t { kOrdinary, kPreferred, kPartner, kStrategic };
inline constexpr size_t kPersonaCount = 4;

struct PersonaTraits {
  uint32_t visits;
  // Visits at which executives of both sides meet.
  uint32_t executive_visits;
  uint32_t orders;
  uint32_t opportunities;
  uint32_t complaints;
  uint32_t surveys;
  uint32_t joint_projects;
  uint32_t trials;
  // How many rows of kRoster are known at the customer.
  uint32_t contacts;
  uint32_t business_lines;
  // 0: the persona signs none. `contract_share`: how many of its accounts sign.
  uint32_t contract_months;
  uint32_t contract_share;
  uint32_t churn;
  // Invoices paid after their due date; never paid.
  uint32_t paid_late;
  uint32_t unpaid;
  // Mean survey score, of 10.
  int64_t survey_score;
  // Events an account makes in a month, times 1000, by the rates above.
  uint32_t events;
};

inline constexpr std::array<PersonaTraits, kPersonaCount> kPersonas = {{
    // visits exec orders  opp compl surv joint trial cont lines mon share churn late unpd score events
    {80, 0, 700, 50, 60, 10, 0, 5, 1, 1, 0, 0, 15, 450, 50, 7, 2'700},
    {1'000, 0, 1'300, 150, 100, 150, 10, 20, 3, 2, 8, 500, 8, 200, 10, 8, 7'500},
    {2'500, 0, 2'000, 300, 150, 300, 120, 60, 7, 3, 12, 1'000, 5, 120, 0, 8, 14'500},
    {4'000, 500, 3'000, 500, 150, 500, 200, 80, 10, 5, 24, 1'000, 2, 80, 0, 9, 22'500},
}};

constexpr const PersonaTraits& TraitsOf(Persona persona) { return kPersonas[static_cast<size_t>(persona)]; }

// People at a customer, in the order in which we get to know them.
struct RosterRow {
  std::string_view department;
  event::v1::Level level;
  event::v1::CommitteeRole role;
  event::v1::Stance stance;
};

inline constexpr std::array<RosterRow, 10> kRoster = {{
    {"purchasing", event::v1::LEVEL_OPERATIONAL, event::v1::COMMITTEE_ROLE_PURCHASER, event::v1::STANCE_NEUTRAL},
    {"warehouse", event::v1::LEVEL_GRASS_ROOTS, event::v1::COMMITTEE_ROLE_USER, event::v1::STANCE_NEUTRAL},
    {"production", event::v1::LEVEL_SENIOR, event::v1::COMMITTEE_ROLE_TECHNICAL_EXPERT, event::v1::STANCE_SUPPORTER},
    {"management", event::v1::LEVEL_EXECUTIVE, event::v1::COMMITTEE_ROLE_DECISION_MAKER, event::v1::STANCE_SUPPORTER},
    {"engineering", event::v1::LEVEL_OPERATIONAL, event::v1::COMMITTEE_ROLE_TECHNICAL_EXPERT, event::v1::STANCE_MENTOR},
    {"finance", event::v1::LEVEL_SENIOR, event::v1::COMMITTEE_ROLE_PURCHASER, event::v1::STANCE_NEUTRAL},
    {"quality", event::v1::LEVEL_GRASS_ROOTS, event::v1::COMMITTEE_ROLE_USER, event::v1::STANCE_SUPPORTER},
    {"management", event::v1::LEVEL_EXECUTIVE, event::v1::COMMITTEE_ROLE_DECISION_MAKER, event::v1::STANCE_NEUTRAL},
    {"sales", event::v1::LEVEL_OPERATIONAL, event::v1::COMMITTEE_ROLE_USER, event::v1::STANCE_OPPONENT},
    {"logistics", event::v1::LEVEL_SENIOR, event::v1::COMMITTEE_ROLE_USER, event::v1::STANCE_MENTOR},
}};

}  // namespace guanxi::importers::generator
