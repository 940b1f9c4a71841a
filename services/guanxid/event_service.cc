#include "guanxid/event_service.h"

#include <algorithm>
#include <memory>

#include "base/reason.h"
#include "guanxid/append.h"
#include "guanxid/append_stream.h"
#include "guanxid/event_message.h"
#include "guanxid/event_pages.h"
#include "guanxid/new_event.h"
#include "guanxid/paging.h"
#include "guanxid/read_at.h"
#include "guanxid/subscribe.h"
#include "guanxid/unary.h"
#include "partition/account_reader.h"

namespace guanxi::service {
namespace {

absl::StatusOr<v1::Event> FindByKey(const partition::View& view, const v1::EventKey& key, const privacy::KeyStore& keys) {
  const absl::StatusOr<std::vector<Position>> found = partition::FindEvent(view, key.account_id(), key.source(), key.id());
  if (!found.ok()) return found.status();
  store::LogReader log = view.Log();
  for (const Position position : *found) {
    const absl::StatusOr<AccountRecord> read = ReadAccountRecord(log, position);
    if (!read.ok()) return read.status();
    const codec::RecordView& record = read->record;
    if (record.account_id == key.account_id() && record.source == key.source() && record.id == key.id()) {
      return EventFrom(record, view.partition, position, keys);
    }
  }
  return Refuse(Reason::EVENT_NOT_FOUND, "no event " + key.id() + " of " + key.source() + " for account " + key.account_id(),
                {{"account_id", key.account_id()}, {"source", key.source()}, {"id", key.id()}});
}

absl::Status GetEvent(const Node& node, const v1::GetEventRequest& request, v1::GetEventResponse& response) {
  PartitionId partition;
  if (request.has_position()) {
    partition = PartitionId{request.position().partition()};
  } else if (request.has_key()) {
    partition = node.cluster.PartitionOf(request.key().account_id());
  } else {
    return Refuse(Reason::REQUEST_INVALID, "say which event", {{"field", "selector"}});
  }
  if (partition.value >= node.cluster.partitions()) return Refuse(Reason::EVENT_NOT_FOUND, "no such partition");
  const absl::StatusOr<partition::ViewPtr> found = NewestViewFor(node, partition, request.consistency());
  if (!found.ok()) return found.status();
  const partition::View& view = **found;
  absl::StatusOr<v1::Event> event = request.has_key() ? FindByKey(view, request.key(), node.keys)
                                                      : ReadEventMessage(view, Position{request.position().position()}, node.keys);
  if (!event.ok()) return event.status();
  *response.mutable_event() = *std::move(event);
  *response.mutable_read_at() = ReadAtOf(node, {*found});
  return absl::OkStatus();
}

absl::StatusOr<EventPage> ReadPage(const Node& node, const v1::ListEventsRequest& request, const RecordFilter& filter, const Paging& paging,
                                   v1::ListEventsResponse& response) {
  if (filter.account_id().empty()) {
    if (request.descending()) return Refuse(Reason::REQUEST_INVALID, "descending needs an account_id", {{"field", "descending"}});
    const absl::StatusOr<std::vector<partition::ViewPtr>> views = ViewsFor(node, request.consistency());
    if (!views.ok()) return views.status();
    *response.mutable_read_at() = ReadAtOf(node, *views);
    return ReadLogPage(node, *views, filter, paging.cursor(), paging.size());
  }
  const absl::StatusOr<partition::ViewPtr> view = NewestViewFor(node, node.cluster.PartitionOf(filter.account_id()), request.consistency());
  if (!view.ok()) return view.status();
  *response.mutable_read_at() = ReadAtOf(node, {*view});
  return ReadTimelinePage(node, **view, filter, paging.cursor(), paging.size(), request.descending());
}

absl::Status ListEvents(const Node& node, const v1::ListEventsRequest& request, v1::ListEventsResponse& response) {
  const absl::StatusOr<Paging> paging = Paging::Of(node, request);
  if (!paging.ok()) return paging.status();
  const absl::StatusOr<RecordFilter> filter = RecordFilter::Make(request.filter());
  if (!filter.ok()) return filter.status();
  absl::StatusOr<EventPage> page = ReadPage(node, request, *filter, *paging, response);
  if (!page.ok()) return page.status();
  for (v1::Event& event : page->events) *response.add_events() = std::move(event);
  response.set_next_page_token(paging->TokenOf(page->cursor));
  return absl::OkStatus();
}

}  // namespace

grpc::ServerUnaryReactor* EventServiceHandler::Append(grpc::CallbackServerContext* context, const v1::AppendRequest* request,
                                                      v1::AppendResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto arrived = std::chrono::steady_clock::now();
  const auto finish = [this, reactor, arrived](const absl::Status& status) {
    node_.metrics.RpcDone("EventService.Append", status, std::chrono::steady_clock::now() - arrived);
    reactor->Finish(rpc::ToGrpc(status));
  };
  absl::StatusOr<partition::Submission> submission = SubmissionFrom(*request, node_.keys);
  if (!submission.ok()) return finish(submission.status()), reactor;
  const PartitionId partition = node_.cluster.PartitionOf(request->events(0).account_id());
  submission->deadline = OutcomeDeadlineOf(*context);
  const auto done = [this, partition, response, finish](const partition::SubmissionResult& result) {
    finish(AppendAnswer(node_, partition, result, *response));
  };
  uint64_t newest_key = 0;
  for (const codec::Record& record : submission->events) newest_key = std::max(newest_key, NewestKeyOf(record, node_.keys));
  if (newest_key == 0) return node_.cluster.Submit(partition, *std::move(submission), done), reactor;
  node_.keys.WhenDurable(newest_key, [this, partition, finish, done,
                                      held = std::make_shared<partition::Submission>(*std::move(submission))](const absl::Status& durable) {
    if (!durable.ok()) return finish(durable);
    node_.cluster.Submit(partition, std::move(*held), done);
  });
  return reactor;
}

grpc::ServerReadReactor<v1::AppendStreamRequest>* EventServiceHandler::AppendStream(grpc::CallbackServerContext*,
                                                                                    v1::AppendStreamResponse* response) {
  return StartAppendStream(node_, response);
}

GUANXI_ANSWER(EventService, GetEvent)
GUANXI_ANSWER(EventService, ListEvents)

grpc::ServerWriteReactor<grpc::ByteBuffer>* EventServiceHandler::Subscribe(grpc::CallbackServerContext*, const grpc::ByteBuffer* request) {
  return StartSubscribe(node_, *request);
}

}  // namespace guanxi::service
