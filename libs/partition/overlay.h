// The rows a projector changes: the rows of its last checkpoint in the store,
// and what came since in memory. Not thread-safe: belongs to one projector; the
// rows it publishes are for everybody.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "partition/key_filter.h"
#include "partition/rows.h"
#include "store/store.h"

namespace guanxi::partition {

class Overlay {
 public:
  // Goes on from these rows; what was changed since they were published is forgotten.
  void Reset(Rows rows);

  // As Rows::Find; valid until the next change.
  absl::StatusOr<std::optional<std::string_view>> Find(std::string_view key, std::string& buffer) const;
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const;
  void Put(std::string_view key, std::string_view value) {
    writer_.Put(key, value);
    Remember(key);
  }
  void Delete(std::string_view key) {
    writer_.Delete(key);
    Remember(key);
  }

  // Calls f(key, value) for every key with the prefix from `from` on, in order,
  // until it returns false. f must not change the overlay.
  absl::Status Scan(std::string_view prefix, std::string_view from, const std::function<bool(std::string_view, std::string_view)>& f) const;
  absl::Status Scan(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& f) const {
    return Scan(prefix, prefix, f);
  }

  // The rows as they are now, over a snapshot that holds at least the checkpoints
  // taken so far. Later changes do not show in them.
  Rows Publish(std::shared_ptr<const store::Snapshot> base);

  // A checkpoint, first half: everything changed so far, to be written as one
  // run. Changes go on above it. Only when none is under way.
  const RowTree& Freeze();
  // Second half: `base` holds the frozen rows.
  void DropFrozen(std::shared_ptr<const store::Snapshot> base);
  // Memory of what the next checkpoint would write.
  size_t bytes() const { return writer_.bytes(); }

 private:
  // rows_.newest is what the writer holds: brought up to date before it is read.
  const Rows& Current() const;
  void Remember(std::string_view key);

  RowTreeWriter writer_;
  mutable Rows rows_;
  // Most keys that are looked for are new: no tree has them.
  KeyFilter newest_keys_, frozen_keys_;
};

// Writes the rows of a frozen tree into the store. From any thread.
absl::Status WriteRun(store::Store& store, uint32_t generation, const RowTree& rows);

}  // namespace guanxi::partition
