// The rows of all views at one commit: what was written since the last
// checkpoint over what the store holds. Immutable and thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "partition/row_tree.h"
#include "store/store.h"

namespace guanxi::partition {

class RowCursor;

struct Rows {
  RowTree newest;
  RowTree frozen;  // being written to the store by a checkpoint; beneath `newest`
  std::shared_ptr<const store::Snapshot> base;

  // nullopt: no such row.
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const;
  // The same without a copy of what is in memory: the value is valid as long as
  // the rows and `buffer`, which holds what came from the store.
  absl::StatusOr<std::optional<std::string_view>> Find(std::string_view key, std::string& buffer) const;
  // Of the store alone.
  absl::StatusOr<std::optional<std::string_view>> FindStored(std::string_view key, std::string& buffer) const;
  // Keys in [begin, end), ascending or descending; an empty end is no bound.
  // The cursor must not outlive the rows.
  RowCursor Scan(std::string_view begin, std::string_view end) const;
  RowCursor ScanReverse(std::string_view begin, std::string_view end) const;
  RowCursor ScanPrefix(std::string_view prefix) const;
};

// A walk over rows. Views are valid until the next step. Not thread-safe.
class RowCursor {
 public:
  bool Valid() const { return current_ != Source::kNone; }
  void Next();
  std::string_view key() const { return current_ == Source::kStore ? stored_.key() : TreeRow().key(); }
  std::string_view value() const { return current_ == Source::kStore ? stored_.value() : TreeRow().value(); }
  // Not OK when the walk stopped at an error instead of the end.
  absl::Status status() const { return stored_.status(); }

 private:
  friend struct Rows;
  enum class Source { kNone, kNewest, kFrozen, kStore };
  RowCursor(const Rows& rows, std::string_view begin, std::string_view end, bool reverse);
  const Row& TreeRow() const { return current_ == Source::kNewest ? newest_.row() : frozen_.row(); }
  bool Within(const RowTree::Iterator& at) const;
  // The source with the next key; the newer one of equals.
  Source Nearest() const;
  void StepPast(std::string_view key);
  void Settle();

  std::string begin_, end_;
  bool reverse_;
  RowTree::Iterator newest_, frozen_;
  store::Cursor stored_;
  bool failed_ = false;  // what is stored cannot be read further: newer rows alone would be a wrong answer
  Source current_ = Source::kNone;
};

}  // namespace guanxi::partition
