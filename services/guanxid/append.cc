#include "guanxid/append.h"

#include <algorithm>

#include "base/reason.h"
#include "guanxid/new_event.h"
#include "guanxid/read_at.h"

namespace guanxi::service {
namespace {

absl::Status CheckRequest(const v1::AppendRequest& request) {
  const std::string count = std::to_string(request.events_size());
  if (request.events().empty() || request.events_size() > kEventsPerRequestMax) {
    return Refuse(Reason::REQUEST_INVALID, "a request has 1-1000 events, not " + count, {{"field", "events"}, {"events", count}});
  }
  for (const v1::NewEvent& event : request.events()) {
    if (event.account_id() == request.events(0).account_id()) continue;
    return Refuse(Reason::REQUEST_INVALID, "the events of one request are of one account", {{"field", "events[].account_id"}});
  }
  return absl::OkStatus();
}

absl::Status WithOrdinal(const absl::Status& status, int ordinal) {
  const ReasonEntry* const reason = ReasonOf(status);
  if (reason == nullptr) return status;
  ReasonMetadata metadata = MetadataOf(status);
  metadata["ordinal"] = std::to_string(ordinal);
  return Refuse(reason->reason, std::string(status.message().data(), status.message().size()), std::move(metadata));
}

absl::Status WithParked(const absl::Status& status, PartitionId partition, Position parked) {
  const ReasonEntry* const reason = ReasonOf(status);
  if (reason == nullptr) return status;
  ReasonMetadata metadata = MetadataOf(status);
  metadata["parked_partition"] = std::to_string(partition.value);
  metadata["parked_position"] = std::to_string(parked.value);
  return Refuse(reason->reason, std::string(status.message().data(), status.message().size()), std::move(metadata));
}

}  // namespace

absl::StatusOr<partition::Submission> SubmissionFrom(const v1::AppendRequest& request, privacy::KeyStore& keys) {
  if (absl::Status valid = CheckRequest(request); !valid.ok()) return valid;
  partition::Submission submission;
  submission.strict = request.validation() == v1::VALIDATION_STRICT;
  if (request.has_expected_version()) submission.expected_version = request.expected_version();
  for (int i = 0; i < request.events_size(); ++i) {
    absl::StatusOr<codec::Record> record = RecordFrom(request.events(i), keys);
    if (!record.ok()) return WithOrdinal(record.status(), i);
    submission.events.push_back(*std::move(record));
  }
  return submission;
}

v1::AppendResult ResultFrom(PartitionId partition, const partition::EventOutcome& outcome) {
  v1::AppendResult result;
  result.mutable_position()->set_partition(partition.value);
  result.mutable_position()->set_position(outcome.position.value);
  result.set_account_version(outcome.account_version);
  result.set_duplicate(outcome.duplicate);
  for (const std::string& anomaly : outcome.anomalies) result.add_anomalies(anomaly);
  return result;
}

absl::Status AppendAnswer(const Node& node, PartitionId partition, const partition::SubmissionResult& result,
                          v1::AppendResponse& response) {
  const auto refused = std::find_if(result.begin(), result.end(), [](const auto& outcome) { return !outcome.status.ok(); });
  if (refused != result.end()) {
    const auto parked = std::find_if(result.begin(), result.end(), [](const auto& outcome) { return outcome.parked_at.has_value(); });
    return parked == result.end() ? refused->status : WithParked(parked->status, partition, *parked->parked_at);
  }
  Position newest;
  for (const partition::EventOutcome& outcome : result) {
    *response.add_results() = ResultFrom(partition, outcome);
    newest = std::max(newest, outcome.position);
  }
  *response.mutable_written_at() = WrittenAt(node, partition, newest);
  return absl::OkStatus();
}

std::string ReasonNameOf(const absl::Status& status) {
  const ReasonEntry* const reason = ReasonOf(status);
  return reason == nullptr ? absl::StatusCodeToString(status.code()) : std::string(reason->name);
}

}  // namespace guanxi::service
