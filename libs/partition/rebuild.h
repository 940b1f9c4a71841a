// Folds the log again into a generation of views beside the live one, compares
// the two row by row, and switches.
#pragma once

#include <functional>

#include "partition/cluster.h"
#include "partition/projector.h"
#include "partition/view.h"
#include "partition/writer.h"

namespace guanxi::partition {

class Rebuilder {
 public:
  Rebuilder(store::Store& store, store::BlockCache& blocks, Projector::Options options);
  // Drops what was rebuilt, unless it was switched in: nothing half done stays on the disk.
  ~Rebuilder() { Drop().IgnoreError(); }
  absl::Status Start();
  // Records folded so far.
  uint64_t position() const { return projector_.state().log_size; }
  // Folds up to the view's end, in stretches; progress(done, total) after each.
  // With the writer's newest view CatchUp, Compare and Switch must run on the
  // partition's thread.
  absl::Status CatchUp(const View& view, const RebuildProgress& progress);
  // Of what was folded and the live rows; what was told and is to be delivered is
  // not compared: it says when, not what is so.
  absl::StatusOr<RebuildReport> Compare(const View& live);
  // The rebuilt rows become the live ones; the writer must be reopened.
  absl::Status Switch(const Writer& live);
  // Of a generation that is not live; afterwards nothing but the destructor.
  absl::Status Drop();

 private:
  // Ends a stretch: rows are settled, and written when they have become many.
  absl::Status Settle(size_t bytes_max);

  store::Store& store_;
  store::BlockCache& blocks_;
  Projector projector_;
  codec::EventDecoder decoder_;
  uint32_t generation_ = 0;
};

}  // namespace guanxi::partition
