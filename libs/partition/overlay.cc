#include "partition/overlay.h"

namespace guanxi::partition {

using store::Family;

void Overlay::Rebase(std::shared_ptr<const store::Snapshot> base) {
  base_ = std::move(base);
  changes_.clear();
}

absl::StatusOr<std::optional<std::string>> Overlay::Get(std::string_view key) const {
  if (const auto it = changes_.find(key); it != changes_.end()) return it->second;
  return base_->Get(Family::kView, key);
}

void Overlay::Put(std::string_view key, std::string_view value) {
  const auto it = changes_.lower_bound(key);
  if (it != changes_.end() && it->first == key) {
    it->second = std::string(value);
  } else {
    changes_.emplace_hint(it, std::string(key), std::string(value));
  }
}

void Overlay::Delete(std::string_view key) {
  const auto it = changes_.lower_bound(key);
  if (it != changes_.end() && it->first == key) {
    it->second.reset();
  } else {
    changes_.emplace_hint(it, std::string(key), std::nullopt);
  }
}

absl::Status Overlay::Scan(std::string_view prefix, std::string_view from,
                           const std::function<bool(std::string_view, std::string_view)>& f) const {
  const std::string end = store::PrefixEnd(prefix);
  store::Cursor stored = base_->Scan(Family::kView, from, end);
  auto changed = changes_.lower_bound(from);
  const auto changed_end = end.empty() ? changes_.end() : changes_.lower_bound(end);
  while (stored.Valid() || changed != changed_end) {
    const bool take_changed = changed != changed_end && (!stored.Valid() || changed->first <= stored.key());
    if (!take_changed) {
      if (!f(stored.key(), stored.value())) return absl::OkStatus();
      stored.Next();
      continue;
    }
    if (stored.Valid() && stored.key() == changed->first) stored.Next();
    if (changed->second && !f(changed->first, *changed->second)) return absl::OkStatus();
    ++changed;
  }
  return stored.status();
}

void Overlay::WriteTo(store::Batch& batch) const {
  for (const auto& [key, value] : changes_) {
    if (value) {
      batch.Put(Family::kView, key, *value);
    } else {
      batch.Delete(Family::kView, key);
    }
  }
}

}  // namespace guanxi::partition
