// Consistency in, ReadAt out.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "guanxi/v1/common.pb.h"
#include "guanxid/node.h"
#include "partition/account_reader.h"

namespace guanxi::service {

// The partition's view, at least as fresh as asked. Does not wait: Answer
// (unary.h) has, until the deadline. CONSISTENCY_TOKEN_INVALID, POSITION_NOT_REACHED.
absl::StatusOr<partition::ViewPtr> ViewFor(const Node& node, PartitionId partition, const v1::Consistency& consistency);
// The same for what is not served as of another time: REQUEST_INVALID.
absl::StatusOr<partition::ViewPtr> NewestViewFor(const Node& node, PartitionId partition, const v1::Consistency& consistency);
// Of all partitions, in order; not served as of another time.
absl::StatusOr<std::vector<partition::ViewPtr>> ViewsFor(const Node& node, const v1::Consistency& consistency);
std::vector<partition::ViewPtr> NewestViews(const Node& node);

// READ_TIME_INVALID: a position beyond the log or of another partition, a time after the clock (after now, where the wall clock is
// followed).
absl::StatusOr<partition::AsOf> AsOfFrom(const Node& node, const partition::View& view, const v1::Consistency& consistency);

// Of an answer about one account.
v1::ReadAt ReadAtOf(const Node& node, const partition::View& view, Position known_to, Timestamp valid_to);
// Of an answer over partitions; the business time is that of the slowest.
v1::ReadAt ReadAtOf(const Node& node, const std::vector<partition::ViewPtr>& views);

// Of a write into one partition, and of one into all, whose newest views show it.
v1::ConsistencyToken WrittenAt(const Node& node, PartitionId partition, Position position);
v1::ConsistencyToken WrittenEverywhere(const Node& node);
// The fold's version, '+', the newest control epoch of policies that the view knows.
std::string ProjectionOf(const partition::View& view);

}  // namespace guanxi::service
