#include "guanxid/read_at.h"

#include <algorithm>

#include "base/reason.h"
#include "rpc/time.h"
#include "rpc/tokens.h"

namespace guanxi::service {
namespace {

// Changes when the same log would give other views.
constexpr int kFoldVersion = 1;

absl::StatusOr<partition::ViewPtr> FreshView(const Node& node, PartitionId partition, const Freshness& asked) {
  partition::ViewPtr view = node.cluster.ViewOf(partition);
  if (absl::Status fresh = CheckFresh(*view, asked); !fresh.ok()) return fresh;
  return view;
}

void AddPosition(v1::ReadAt& read_at, rpc::PositionsToken& token, PartitionId partition, Position position) {
  v1::LogPosition& at = *read_at.add_positions();
  at.set_partition(partition.value);
  at.set_position(position.value);
  token.positions.push_back({partition.value, position.value});
}

void SetTimes(v1::ReadAt& read_at, Timestamp valid_to, Timestamp swept_to) {
  *read_at.mutable_valid_to() = rpc::ToProto(valid_to);
  *read_at.mutable_swept_to() = rpc::ToProto(swept_to);
}

void SetToken(v1::ReadAt& read_at, const rpc::PositionsToken& token) {
  read_at.mutable_token()->set_token(rpc::EncodePositions(rpc::TokenKind::kConsistency, token));
  read_at.set_projection(token.projection);
}

absl::Status CheckNotAsOf(const v1::Consistency& consistency) {
  if (!consistency.has_as_of()) return absl::OkStatus();
  return Refuse(Reason::REQUEST_INVALID, "as_of is not served here", {{"field", "consistency.as_of"}});
}

absl::Status NotServable(const char* why, const char* field) { return Refuse(Reason::READ_TIME_INVALID, why, {{"field", field}}); }

}  // namespace

std::string ProjectionOf(const partition::View& view) {
  uint64_t epoch = 0;
  for (const relations::PolicyLineage::Adopted& adopted : view.policies->adopted()) epoch = std::max(epoch, adopted.control_epoch);
  return std::to_string(kFoldVersion) + "+" + std::to_string(epoch);
}

// The wall clock's next record may be an hour away; until then the account is advanced for the reader alone.
Timestamp NewestValidTo(const partition::Cluster& cluster, const partition::View& view) {
  const Timestamp recorded = std::max(view.clock, view.newest_occurred_at);
  return cluster.follows_wall_clock() ? std::max(recorded, cluster.Now()) : recorded;
}

absl::StatusOr<partition::ViewPtr> ViewFor(const Node& node, PartitionId partition, const v1::Consistency& consistency) {
  const absl::StatusOr<Freshness> asked = FreshnessAsked(node.cluster, node.kafka, consistency);
  if (!asked.ok()) return asked.status();
  return FreshView(node, partition, *asked);
}

absl::StatusOr<partition::ViewPtr> NewestViewFor(const Node& node, PartitionId partition, const v1::Consistency& consistency) {
  if (absl::Status newest = CheckNotAsOf(consistency); !newest.ok()) return newest;
  return ViewFor(node, partition, consistency);
}

absl::StatusOr<std::vector<partition::ViewPtr>> ViewsFor(const Node& node, const v1::Consistency& consistency) {
  if (absl::Status newest = CheckNotAsOf(consistency); !newest.ok()) return newest;
  const absl::StatusOr<Freshness> asked = FreshnessAsked(node.cluster, node.kafka, consistency);
  if (!asked.ok()) return asked.status();
  std::vector<partition::ViewPtr> views;
  for (uint32_t p = 0; p < node.cluster.partitions(); ++p) {
    absl::StatusOr<partition::ViewPtr> view = FreshView(node, PartitionId{p}, *asked);
    if (!view.ok()) return view.status();
    views.push_back(*std::move(view));
  }
  return views;
}

std::vector<partition::ViewPtr> NewestViews(const Node& node) {
  std::vector<partition::ViewPtr> views;
  for (uint32_t p = 0; p < node.cluster.partitions(); ++p) views.push_back(node.cluster.ViewOf(PartitionId{p}));
  return views;
}

absl::StatusOr<partition::AsOf> AsOfFrom(const Node& node, const partition::View& view, const v1::Consistency& consistency) {
  partition::AsOf as_of;
  if (!consistency.has_as_of()) return as_of;
  const v1::AsOf& asked = consistency.as_of();
  if (asked.has_known_to_position()) {
    const v1::LogPosition& at = asked.known_to_position();
    if (at.partition() != view.partition.value)
      return NotServable("the position is of another partition than the account", "as_of.known_to_position");
    if (at.position() >= view.log_size) return NotServable("the position lies after the log's end", "as_of.known_to_position");
    as_of.known_to = Position{at.position()};
  }
  if (asked.has_known_to_time()) {
    const std::optional<Timestamp> time = rpc::FromProto(asked.known_to_time());
    if (!time) return NotServable("the time lies outside the years 1-9999", "as_of.known_to_time");
    const absl::StatusOr<std::optional<Position>> known = partition::KnownAt(view, *time);
    if (!known.ok()) return known.status();
    if (!known->has_value()) return Refuse(Reason::ACCOUNT_NOT_FOUND, "nothing was known at that time");
    as_of.known_to = as_of.known_to ? std::min(*as_of.known_to, **known) : **known;
  }
  if (asked.has_valid_to()) {
    as_of.valid_to = rpc::FromProto(asked.valid_to());
    if (!as_of.valid_to) return NotServable("the time lies outside the years 1-9999", "as_of.valid_to");
    if (*as_of.valid_to > NewestValidTo(node.cluster, view)) return NotServable("the time lies after the clock", "as_of.valid_to");
  }
  return as_of;
}

v1::ReadAt ReadAtOf(const Node& node, const partition::View& view, Position known_to, Timestamp valid_to) {
  v1::ReadAt read_at;
  rpc::PositionsToken token{node.cluster.settings().log_epoch, ProjectionOf(view), {}};
  AddPosition(read_at, token, view.partition, known_to);
  SetTimes(read_at, valid_to, view.swept_to);
  SetToken(read_at, token);
  return read_at;
}

v1::ReadAt ReadAtOf(const Node& node, const std::vector<partition::ViewPtr>& views) {
  v1::ReadAt read_at;
  rpc::PositionsToken token{node.cluster.settings().log_epoch, ProjectionOf(*views.front()), {}};
  Timestamp valid_to = kLatestTimestamp, swept_to = kLatestTimestamp;
  for (const partition::ViewPtr& view : views) {
    // Of a partition without records nothing is so, at any time.
    if (view->log_size == 0) continue;
    valid_to = std::min(valid_to, view->clock);
    swept_to = std::min(swept_to, view->swept_to);
    AddPosition(read_at, token, view->partition, view->Newest());
  }
  if (token.positions.empty()) valid_to = swept_to = kEarliestTimestamp;
  SetTimes(read_at, valid_to, swept_to);
  SetToken(read_at, token);
  return read_at;
}

v1::ConsistencyToken WrittenAt(const Node& node, PartitionId partition, Position position) {
  v1::ConsistencyToken token;
  const rpc::PositionsToken positions{
      node.cluster.settings().log_epoch, ProjectionOf(*node.cluster.ViewOf(partition)), {{partition.value, position.value}}};
  token.set_token(rpc::EncodePositions(rpc::TokenKind::kConsistency, positions));
  return token;
}

v1::ConsistencyToken WrittenEverywhere(const Node& node) { return ReadAtOf(node, NewestViews(node)).token(); }

}  // namespace guanxi::service
