#include "guanxid/admin_service.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "guanxid/append.h"
#include "guanxid/event_message.h"
#include "guanxid/paging.h"
#include "guanxid/read_at.h"
#include "guanxid/rebuild_stream.h"
#include "guanxid/unary.h"
#include "partition/account_reader.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

void SetKafka(const intake::SourceStatus& status, v1::KafkaPartition& out) {
  out.set_applied_offset(status.applied_offset);
  out.set_end_offset(status.end_offset);
  out.set_lag_events(status.end_offset - status.applied_offset);
  out.set_lag_seconds(status.lag_seconds);
  if (status.state.ok()) return;
  out.set_reason(ReasonNameOf(status.state));
  out.set_message(std::string(status.state.message().data(), status.state.message().size()));
}

absl::Status SetPartition(const Node& node, const partition::View& view, v1::Partition& out) {
  const auto read = [&](const char* counter, auto setter) {
    const absl::StatusOr<uint64_t> value = partition::ReadCounter(view, counter);
    if (value.ok()) (out.*setter)(*value);
    return value.status();
  };
  out.set_partition(view.partition.value);
  out.set_log_size(view.log_size);
  *out.mutable_clock() = rpc::ToProto(view.clock);
  *out.mutable_swept_to() = rpc::ToProto(view.swept_to);
  const partition::PartitionStatus status = node.cluster.StatusOf(view.partition);
  out.set_outbox_pending(status.outbox_pending);
  out.set_queue_length(status.queue_events);
  out.set_store_bytes(status.store_bytes);
  out.set_accepts_writes(status.accepts_writes);
  if (node.kafka != nullptr) SetKafka(node.kafka->StatusOf(view.partition), *out.mutable_kafka());
  absl::Status counters = read("accounts", &v1::Partition::set_accounts);
  counters.Update(read("unknown", &v1::Partition::set_unknown_events));
  counters.Update(read("parked", &v1::Partition::set_open_parked_events));
  return counters;
}

absl::Status ListPartitions(const Node& node, const v1::ListPartitionsRequest& request, v1::ListPartitionsResponse& response) {
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  *response.mutable_read_at() = ReadAtOf(node, *views);
  for (const partition::ViewPtr& view : *views) {
    if (absl::Status set = SetPartition(node, *view, *response.add_partitions()); !set.ok()) return set;
  }
  uint64_t epoch = 0;
  for (const partition::AdoptedPolicy& adopted : node.cluster.AdoptedPolicies()) epoch = std::max(epoch, adopted.control_epoch);
  response.set_control_epoch(epoch);
  response.set_log_epoch(node.cluster.settings().log_epoch);
  if (node.kafka != nullptr) {
    response.mutable_kafka()->set_brokers(node.kafka->brokers());
    response.mutable_kafka()->set_topic(node.kafka->topic());
    response.mutable_kafka()->set_cluster_id(node.kafka->cluster_id());
  }
  return absl::OkStatus();
}

struct ParkedCursor {
  uint32_t partition = 0;
  uint64_t position = 0;
};

absl::StatusOr<ParkedCursor> DecodeCursor(const std::string& bytes) {
  if (bytes.empty()) return ParkedCursor{};
  ByteReader reader(bytes);
  ParkedCursor cursor;
  cursor.partition = static_cast<uint32_t>(reader.Varint());
  cursor.position = reader.Varint();
  if (!reader.ok()) return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token's cursor is damaged");
  return cursor;
}

std::string EncodeCursor(const ParkedCursor& cursor) {
  std::string bytes;
  PutVarint(bytes, cursor.partition);
  PutVarint(bytes, cursor.position);
  return bytes;
}

absl::Status AddParked(const Node& node, const partition::View& view, const std::string& account_id, size_t page_size, ParkedCursor& at,
                       v1::ListParkedEventsResponse& response) {
  const size_t room = page_size - static_cast<size_t>(response.events_size());
  const absl::StatusOr<std::vector<partition::ParkedEntry>> parked = partition::ListParked(view, account_id, Position{at.position}, room);
  if (!parked.ok()) return parked.status();
  for (const partition::ParkedEntry& entry : *parked) {
    absl::StatusOr<v1::Event> event = ReadEventMessage(view, entry.position, node.keys);
    if (!event.ok()) return event.status();
    *response.add_events() = *std::move(event);
    at.position = entry.position.value + 1;
  }
  return absl::OkStatus();
}

absl::Status ListParkedEvents(const Node& node, const v1::ListParkedEventsRequest& request, v1::ListParkedEventsResponse& response) {
  const absl::StatusOr<Paging> paging = Paging::Of(node, request);
  if (!paging.ok()) return paging.status();
  absl::StatusOr<ParkedCursor> at = DecodeCursor(paging->cursor());
  if (!at.ok()) return at.status();
  const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
  if (!views.ok()) return views.status();
  *response.mutable_read_at() = ReadAtOf(node, *views);
  // Of one account too: what was produced to a wrong partition is parked there.
  for (; at->partition < node.cluster.partitions(); *at = {at->partition + 1, 0}) {
    const partition::View& view = *(*views)[at->partition];
    if (absl::Status added = AddParked(node, view, request.account_id(), paging->size(), *at, response); !added.ok()) return added;
    if (static_cast<size_t>(response.events_size()) == paging->size()) {
      response.set_next_page_token(paging->TokenOf(EncodeCursor(*at)));
      return absl::OkStatus();
    }
  }
  return absl::OkStatus();
}

template <class Request>
absl::Status CheckParkedRequest(const Node& node, const Request& request) {
  if (!request.has_position() || request.position().partition() >= node.cluster.partitions()) {
    return Refuse(Reason::PARKED_NOT_FOUND, "there is no such partition", {{"field", "position"}});
  }
  if (request.actor().empty()) return Refuse(Reason::REQUEST_INVALID, "say who decided", {{"field", "actor"}});
  return absl::OkStatus();
}

absl::Status RetryParkedEvent(const Node& node, const v1::RetryParkedEventRequest& request, v1::RetryParkedEventResponse& response) {
  if (absl::Status valid = CheckParkedRequest(node, request); !valid.ok()) return valid;
  const PartitionId partition{request.position().partition()};
  const partition::EventOutcome outcome =
      node.cluster.RetryParked(partition, Position{request.position().position()}, request.actor(), request.reason());
  if (!outcome.status.ok()) return outcome.status;
  *response.mutable_result() = ResultFrom(partition, outcome);
  *response.mutable_written_at() = WrittenAt(node, partition, outcome.position);
  return absl::OkStatus();
}

absl::Status DismissParkedEvent(const Node& node, const v1::DismissParkedEventRequest& request, v1::DismissParkedEventResponse& response) {
  if (absl::Status valid = CheckParkedRequest(node, request); !valid.ok()) return valid;
  const PartitionId partition{request.position().partition()};
  const partition::EventOutcome outcome =
      node.cluster.DismissParked(partition, Position{request.position().position()}, request.actor(), request.reason());
  if (!outcome.status.ok()) return outcome.status;
  response.mutable_position()->set_partition(partition.value);
  response.mutable_position()->set_position(outcome.position.value);
  *response.mutable_written_at() = WrittenAt(node, partition, outcome.position);
  return absl::OkStatus();
}

absl::Status AdvanceClock(const Node& node, const v1::AdvanceClockRequest& request, v1::AdvanceClockResponse& response) {
  if (request.actor().empty()) return Refuse(Reason::REQUEST_INVALID, "say who decided", {{"field", "actor"}});
  const std::optional<Timestamp> to = rpc::FromProto(request.to());
  if (!request.has_to() || !to) return Refuse(Reason::REQUEST_INVALID, "say to when, in the years 1-9999", {{"field", "to"}});
  if (node.cluster.follows_wall_clock() && *to > node.cluster.Now())
    return Refuse(Reason::REQUEST_INVALID,
                  "this server's business clock follows the wall clock, and cannot be moved past it: that takes one with --clock events",
                  {{"field", "to"}, {"now", FormatTimestamp(node.cluster.Now())}});
  if (absl::Status advanced = node.cluster.AdvanceClock(*to, request.actor()); !advanced.ok()) return advanced;
  *response.mutable_read_at() = ReadAtOf(node, NewestViews(node));
  return absl::OkStatus();
}

}  // namespace

GUANXI_ANSWER(AdminService, ListPartitions)
GUANXI_ANSWER(AdminService, ListParkedEvents)
GUANXI_ANSWER(AdminService, RetryParkedEvent)
GUANXI_ANSWER(AdminService, DismissParkedEvent)
GUANXI_ANSWER(AdminService, AdvanceClock)

grpc::ServerWriteReactor<v1::RebuildViewsResponse>* AdminServiceHandler::RebuildViews(grpc::CallbackServerContext*,
                                                                                      const v1::RebuildViewsRequest* request) {
  return StartRebuild(node_, *request);
}

}  // namespace guanxi::service
