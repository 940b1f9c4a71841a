// Folds the log again into a generation of views beside the live one, compares
// the two row by row, and switches.
#pragma once

#include <functional>

#include "partition/cluster.h"
#include "partition/projector.h"
#include "partition/view.h"

namespace guanxi::partition {

class Rebuilder {
 public:
  Rebuilder(store::Store& store, store::BlockCache& blocks, Projector::Options options);
  absl::Status Start();
  // Records folded so far.
  uint64_t position() const { return position_; }
  // Folds up to the view's end, in batches. CatchUp, Compare and Switch with the
  // writer's newest view must run on the partition's thread.
  absl::Status CatchUp(const View& view, const std::function<void(uint64_t, uint64_t)>& progress);
  absl::StatusOr<RebuildReport> Compare(const View& live);
  absl::Status Switch(const View& live);
  absl::Status Drop();

 private:
  absl::Status FoldBatch(store::LogReader& log, uint64_t to);
  absl::Status Write();
  absl::Status Begin();

  store::Store& store_;
  store::BlockCache& blocks_;
  Projector projector_;
  codec::EventDecoder decoder_;
  uint32_t generation_ = 0;
  uint64_t position_ = 0;
};

}  // namespace guanxi::partition
