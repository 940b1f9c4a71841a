#include "guanxid/subscribe.h"

#include "guanxid/account_message.h"
#include "guanxid/event_filter.h"
#include "guanxid/event_message.h"
#include "guanxid/tail.h"
#include "partition/account_reader.h"
#include "rpc/tokens.h"

namespace guanxi::service {
namespace {

// Next row of every partition.
using Places = std::vector<uint64_t>;

Places Now(const Node& node, uint64_t partition::View::*size) {
  Places places;
  for (uint32_t p = 0; p < node.cluster.partitions(); ++p) places.push_back((*node.cluster.ViewOf(PartitionId{p})).*size);
  return places;
}

template <class Request>
absl::StatusOr<Places> StartOf(const Node& node, const Request& request, rpc::TokenKind kind, uint64_t partition::View::*size) {
  if (request.start_case() == Request::kFromBeginning) return Places(node.cluster.partitions(), 0);
  Places places = Now(node, size);
  if (request.start_case() != Request::kResumeAfter) return places;
  const absl::StatusOr<rpc::PositionsToken> token = rpc::DecodePositions(kind, request.resume_after(), node.cluster.settings().log_epoch);
  if (!token.ok()) return token.status();
  if (token->positions.size() != places.size()) return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the checkpoint is of another cluster");
  for (const rpc::PartitionPosition& at : token->positions) {
    if (at.partition >= places.size() || at.position > places[at.partition]) {
      return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the checkpoint lies after the log's end");
    }
    places[at.partition] = at.position;
  }
  return places;
}

// Places in every partition, and what is the same for both feeds.
template <class Response>
class PartitionTail : public TailSource<Response> {
 public:
  PartitionTail(const Node& node, rpc::TokenKind kind, uint64_t partition::View::*size, std::string account_id, Places places)
      : node_(node), kind_(kind), size_(size), account_id_(std::move(account_id)), places_(std::move(places)) {}

  uint64_t Backlog() const override {
    uint64_t backlog = 0;
    for (uint32_t p = 0; p < places_.size(); ++p)
      if (Follows(p)) backlog += (*node_.cluster.ViewOf(PartitionId{p})).*size_ - places_[p];
    return backlog;
  }

  absl::Status Read(Response& response) override {
    size_t room = kBatchMax, budget = kLookedAtMax;
    for (uint32_t i = 0; i < places_.size(); ++i) {
      // Another partition goes first each time: none waits for a busy one.
      const uint32_t p = (first_ + i) % static_cast<uint32_t>(places_.size());
      if (!Follows(p)) continue;
      const absl::Status read = ReadPartition(*node_.cluster.ViewOf(PartitionId{p}), places_[p], room, budget, response);
      if (!read.ok()) return read;
    }
    ++first_;
    return absl::OkStatus();
  }

  std::string Checkpoint() const override {
    rpc::PositionsToken token{node_.cluster.settings().log_epoch, "", {}};
    for (uint32_t p = 0; p < places_.size(); ++p) token.positions.push_back({p, places_[p]});
    return rpc::EncodePositions(kind_, token);
  }

 protected:
  virtual absl::Status ReadPartition(const partition::View& view, uint64_t& place, size_t& room, size_t& budget, Response& response) = 0;
  const std::string& account_id() const { return account_id_; }
  const Node& node_;

 private:
  bool Follows(uint32_t p) const { return account_id_.empty() || node_.cluster.PartitionOf(account_id_).value == p; }

  const rpc::TokenKind kind_;
  uint64_t partition::View::*const size_;
  const std::string account_id_;
  Places places_;
  uint32_t first_ = 0;
};

class EventTail final : public PartitionTail<v1::SubscribeResponse> {
 public:
  EventTail(const Node& node, RecordFilter filter, Places places)
      : PartitionTail(node, rpc::TokenKind::kLogCheckpoint, &partition::View::log_size, filter.account_id(), std::move(places)),
        filter_(std::move(filter)) {}

 private:
  absl::Status ReadPartition(const partition::View& view, uint64_t& place, size_t& room, size_t& budget,
                             v1::SubscribeResponse& response) override {
    store::LogReader log = view.Log();
    for (; place < view.log_size && room > 0 && budget > 0; ++place, --budget) {
      const absl::StatusOr<std::string_view> bytes = log.View(Position{place});
      if (!bytes.ok()) return bytes.status();
      const absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
      if (!record.ok()) return record.status();
      if (!filter_.Passes(*record)) continue;
      absl::StatusOr<v1::Event> event = EventFrom(*record, view.partition, Position{place}, node_.keys);
      if (!event.ok()) return event.status();
      *response.add_events() = *std::move(event);
      --room;
    }
    return absl::OkStatus();
  }

  const RecordFilter filter_;
};

class TierChangeTail final : public PartitionTail<v1::WatchTierChangesResponse> {
 public:
  TierChangeTail(const Node& node, std::string account_id, Places places)
      : PartitionTail(node, rpc::TokenKind::kFeedCheckpoint, &partition::View::feed_size, std::move(account_id), std::move(places)) {}

 private:
  absl::Status ReadPartition(const partition::View& view, uint64_t& place, size_t& room, size_t& budget,
                             v1::WatchTierChangesResponse& response) override {
    while (place < view.feed_size && room > 0 && budget > 0) {
      const absl::StatusOr<std::vector<partition::FeedRow>> rows = partition::ReadFeed(view, place, std::min(room, budget));
      if (!rows.ok()) return rows.status();
      if (rows->empty()) return absl::OkStatus();
      for (const partition::FeedRow& row : *rows) {
        const uint64_t number = place++;
        --budget;
        if (!account_id().empty() && row.account_id != account_id()) continue;
        absl::StatusOr<v1::TierChange> change = TierChangeFrom(view, row, number);
        if (!change.ok()) return change.status();
        *response.add_changes() = *std::move(change);
        --room;
      }
    }
    return absl::OkStatus();
  }
};

absl::StatusOr<std::unique_ptr<TailSource<v1::SubscribeResponse>>> MakeEventTail(const Node& node, const v1::SubscribeRequest& request) {
  absl::StatusOr<RecordFilter> filter = RecordFilter::Make(request.filter());
  if (!filter.ok()) return filter.status();
  absl::StatusOr<Places> places = StartOf(node, request, rpc::TokenKind::kLogCheckpoint, &partition::View::log_size);
  if (!places.ok()) return places.status();
  return std::make_unique<EventTail>(node, *std::move(filter), *std::move(places));
}

absl::StatusOr<std::unique_ptr<TailSource<v1::WatchTierChangesResponse>>> MakeTierChangeTail(const Node& node,
                                                                                             const v1::WatchTierChangesRequest& request) {
  absl::StatusOr<Places> places = StartOf(node, request, rpc::TokenKind::kFeedCheckpoint, &partition::View::feed_size);
  if (!places.ok()) return places.status();
  return std::make_unique<TierChangeTail>(node, request.account_id(), *std::move(places));
}

}  // namespace

grpc::ServerWriteReactor<v1::SubscribeResponse>* StartSubscribe(const Node& node, const v1::SubscribeRequest& request) {
  return new TailReactor<v1::SubscribeResponse>(node, "EventService.Subscribe", MakeEventTail(node, request));
}

grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* StartWatchTierChanges(const Node& node,
                                                                              const v1::WatchTierChangesRequest& request) {
  return new TailReactor<v1::WatchTierChangesResponse>(node, "AccountService.WatchTierChanges", MakeTierChangeTail(node, request));
}

}  // namespace guanxi::service
