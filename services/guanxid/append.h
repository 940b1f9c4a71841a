// The way of an event from a request to a partition's writer.
#pragma once

#include <string>

#include "guanxi/v1/event_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

inline constexpr int kEventsPerRequestMax = 1000;

// All events are of one account, 1-1000 of them: REQUEST_INVALID otherwise; the
// conversion's refusals. Keys may have been made: see NewestKeyOf.
absl::StatusOr<partition::Submission> SubmissionFrom(const v1::AppendRequest& request, privacy::KeyStore& keys);

// OK, or why nothing was appended: the first refusal, with
// parked_partition/parked_position when the event was kept.
absl::Status AppendAnswer(const Node& node, PartitionId partition, const partition::SubmissionResult& result, v1::AppendResponse& response);

v1::AppendResult ResultFrom(PartitionId partition, const partition::EventOutcome& outcome);
std::string ReasonNameOf(const absl::Status& status);

}  // namespace guanxi::service
