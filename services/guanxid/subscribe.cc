#include "guanxid/subscribe.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>

#include "guanxid/account_message.h"
#include "guanxid/event_filter.h"
#include "guanxid/event_message.h"
#include "guanxid/recent_events.h"
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
template <class Response, class Written>
class PartitionTail : public TailSource<Response, Written> {
 public:
  PartitionTail(const Node& node, rpc::TokenKind kind, uint64_t partition::View::*size, std::string account_id, Places places)
      : node_(node), kind_(kind), size_(size), account_id_(std::move(account_id)), places_(std::move(places)) {}

  uint64_t Backlog() const override {
    uint64_t backlog = 0;
    for (uint32_t p = 0; p < places_.size(); ++p)
      if (Follows(p)) backlog += (*node_.cluster.ViewOf(PartitionId{p})).*size_ - places_[p];
    return backlog;
  }

  absl::StatusOr<size_t> Read(Response& response) override {
    size_t room = kBatchMax, budget = kLookedAtMax;
    for (uint32_t i = 0; i < places_.size(); ++i) {
      // Another partition goes first each time: none waits for a busy one.
      const uint32_t p = (first_ + i) % static_cast<uint32_t>(places_.size());
      if (!Follows(p)) continue;
      const absl::Status read = ReadPartition(*node_.cluster.ViewOf(PartitionId{p}), places_[p], room, budget, response);
      if (!read.ok()) return read;
    }
    ++first_;
    return kBatchMax - room;
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

using EventTailSource = TailSource<v1::SubscribeResponse, grpc::ByteBuffer>;

// Events are encoded once for all subscribers: rows are collected as bytes.
class EventTail final : public PartitionTail<v1::SubscribeResponse, grpc::ByteBuffer> {
 public:
  EventTail(const Node& node, RecordFilter filter, Places places)
      : PartitionTail(node, rpc::TokenKind::kLogCheckpoint, &partition::View::log_size, filter.account_id(), std::move(places)),
        filter_(std::move(filter)) {}

  absl::StatusOr<size_t> Read(v1::SubscribeResponse& response) override {
    rows_.clear();
    return PartitionTail::Read(response);
  }

  // Fields may come in any order: the rows stand before what the response holds.
  const grpc::ByteBuffer& Pack(const v1::SubscribeResponse& response) override {
    response.AppendToString(&rows_);
    const grpc::Slice slice(rows_);
    packed_ = grpc::ByteBuffer(&slice, 1);
    return packed_;
  }

 private:
  absl::Status ReadPartition(const partition::View& view, uint64_t& place, size_t& room, size_t& budget, v1::SubscribeResponse&) override {
    if (place >= view.log_size) return absl::OkStatus();
    const auto chunks = node_.recent.From(view, place);
    if (!chunks.ok()) return chunks.status();
    if (chunks->empty()) return ReadLog(view, place, room, budget);
    for (const auto& chunk : *chunks) {
      if (room == 0) break;
      account_id().empty() ? ReadAll(*chunk, place, room) : ReadAccount(*chunk, place, room);
    }
    return absl::OkStatus();
  }

  void Add(const RecentChunk::Entry& entry, size_t& room) {
    if (!filter_.Passes(entry.record)) return;
    rows_ += entry.row;
    room = rows_.size() < kMessageBytes ? room - 1 : 0;
  }

  void ReadAll(const RecentChunk& chunk, uint64_t& place, size_t& room) {
    for (; place < chunk.end() && room > 0; ++place) Add(chunk.at(place), room);
  }

  void ReadAccount(const RecentChunk& chunk, uint64_t& place, size_t& room) {
    if (const std::vector<uint64_t>* positions = chunk.Of(account_id()); positions != nullptr) {
      for (auto next = std::lower_bound(positions->begin(), positions->end(), place); next != positions->end(); ++next) {
        if (room == 0) return;
        Add(chunk.at(*next), room);
        place = *next + 1;
      }
    }
    place = chunk.end();
  }

  // Far behind: nobody else reads there.
  absl::Status ReadLog(const partition::View& view, uint64_t& place, size_t& room, size_t& budget) {
    store::LogReader log = view.Log();
    for (; place < view.log_size && room > 0 && budget > 0; ++place, --budget) {
      const absl::StatusOr<std::string_view> bytes = log.View(Position{place});
      if (!bytes.ok()) return bytes.status();
      const absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
      if (!record.ok()) return record.status();
      if (!filter_.Passes(*record)) continue;
      rows_ += EncodeRow(EventFrom(*record, view.partition, Position{place}, node_.keys));
      room = rows_.size() < kMessageBytes ? room - 1 : 0;
    }
    return absl::OkStatus();
  }

  static constexpr size_t kMessageBytes = 1 << 20;

  const RecordFilter filter_;
  std::string rows_;
  grpc::ByteBuffer packed_;
};

using TierChangeTailSource = TailSource<v1::WatchTierChangesResponse>;

class TierChangeTail final : public PartitionTail<v1::WatchTierChangesResponse, v1::WatchTierChangesResponse> {
 public:
  TierChangeTail(const Node& node, std::string account_id, Places places)
      : PartitionTail(node, rpc::TokenKind::kFeedCheckpoint, &partition::View::feed_size, std::move(account_id), std::move(places)) {}

  const v1::WatchTierChangesResponse& Pack(const v1::WatchTierChangesResponse& response) override { return response; }

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

absl::StatusOr<std::unique_ptr<EventTailSource>> MakeEventTail(const Node& node, const grpc::ByteBuffer& bytes) {
  v1::SubscribeRequest request;
  grpc::ByteBuffer copy = bytes;
  if (!grpc::SerializationTraits<v1::SubscribeRequest>::Deserialize(&copy, &request).ok())
    return Refuse(Reason::REQUEST_INVALID, "the request is no SubscribeRequest", {{"field", "request"}});
  absl::StatusOr<RecordFilter> filter = RecordFilter::Make(request.filter());
  if (!filter.ok()) return filter.status();
  absl::StatusOr<Places> places = StartOf(node, request, rpc::TokenKind::kLogCheckpoint, &partition::View::log_size);
  if (!places.ok()) return places.status();
  return std::make_unique<EventTail>(node, *std::move(filter), *std::move(places));
}

absl::StatusOr<std::unique_ptr<TierChangeTailSource>> MakeTierChangeTail(const Node& node, const v1::WatchTierChangesRequest& request) {
  absl::StatusOr<Places> places = StartOf(node, request, rpc::TokenKind::kFeedCheckpoint, &partition::View::feed_size);
  if (!places.ok()) return places.status();
  return std::make_unique<TierChangeTail>(node, request.account_id(), *std::move(places));
}

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* StartSubscribe(const Node& node, const grpc::ByteBuffer& request) {
  return new TailReactor<EventTailSource>(node, "EventService.Subscribe", MakeEventTail(node, request));
}

grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* StartWatchTierChanges(const Node& node,
                                                                              const v1::WatchTierChangesRequest& request) {
  return new TailReactor<TierChangeTailSource>(node, "AccountService.WatchTierChanges", MakeTierChangeTail(node, request));
}

}  // namespace guanxi::service
