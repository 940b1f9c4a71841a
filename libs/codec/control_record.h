// Records that the engine writes about itself: they belong to a partition, not
// to an account.
#pragma once

#include <optional>
#include <string>

#include "base/strong.h"
#include "base/time.h"
#include "codec/record.h"
#include "relations/events.h"

namespace guanxi::codec {

inline constexpr std::string_view kControlSource = "urn:guanxi:control";

// All give records without account id and recorded_at; the id makes the same
// act the same record.
Record MakeClockAdvanced(Timestamp to, Timestamp occurred_at, std::string_view actor);
Record MakePolicyAdopted(const relations::PolicyAdopted& adopted, Timestamp occurred_at, std::string_view actor);
// As its payload: a writer that puts the adoption in force later writes it again.
std::string EncodePolicyAdopted(const relations::PolicyAdopted& adopted);
Record MakeParkedRepaired(Position parked, std::string_view reason, Timestamp occurred_at, std::string_view actor);
Record MakeParkedDismissed(Position parked, std::string_view reason, Timestamp occurred_at, std::string_view actor);
Record MakeAdmissionRaised(uint32_t level, Timestamp occurred_at, std::string_view actor);

// The level of an AdmissionRaised; nullopt: the record is none.
std::optional<uint32_t> RaisedAdmission(const RecordView& record);

}  // namespace guanxi::codec
