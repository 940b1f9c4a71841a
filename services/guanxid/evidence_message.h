// Events as the evidence of a statement: what the API shows of them where an answer
// rests on them. Pure functions of a view.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "guanxi/v1/account_service.pb.h"
#include "partition/view.h"

namespace guanxi::service {

// The event at the position; of a repaired one the event, not its repair. One read of the log.
absl::StatusOr<v1::Evidence> EvidenceAt(const partition::View& view, Position position);

// Adds the events at the positions, where there is one (kNoPosition is left out).
absl::Status AddEvidence(const partition::View& view, const std::vector<Position>& positions,
                         google::protobuf::RepeatedPtrField<v1::Evidence>* out);

}  // namespace guanxi::service
