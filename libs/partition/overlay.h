// What the current commit has changed in the views, over the store's last
// commit: reads see both. Not thread-safe: belongs to one projector.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "store/store.h"

namespace guanxi::partition {

class Overlay {
 public:
  // Starts over on a newer snapshot, with nothing changed.
  void Rebase(std::shared_ptr<const store::Snapshot> base);

  absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const;
  void Put(std::string_view key, std::string_view value);
  void Delete(std::string_view key);

  // Calls f(key, value) for every key with the prefix from `from` on, in order,
  // until it returns false.
  absl::Status Scan(std::string_view prefix, std::string_view from, const std::function<bool(std::string_view, std::string_view)>& f) const;
  absl::Status Scan(std::string_view prefix, const std::function<bool(std::string_view, std::string_view)>& f) const {
    return Scan(prefix, prefix, f);
  }

  // Everything changed since Rebase, as view operations.
  void WriteTo(store::Batch& batch) const;
  bool empty() const { return changes_.empty(); }
  const store::Snapshot& base() const { return *base_; }

 private:
  std::shared_ptr<const store::Snapshot> base_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;
};

}  // namespace guanxi::partition
