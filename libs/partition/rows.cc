#include "partition/rows.h"

namespace guanxi::partition {

using store::Family;

absl::StatusOr<std::optional<std::string_view>> Rows::Find(std::string_view key, std::string& buffer) const {
  for (const RowTree* tree : {&newest, &frozen}) {
    const Row* const row = tree->Find(key);
    if (row == nullptr) continue;
    if (row->deleted()) return std::nullopt;
    return row->value();
  }
  return FindStored(key, buffer);
}

absl::StatusOr<std::optional<std::string_view>> Rows::FindStored(std::string_view key, std::string& buffer) const {
  const auto found = base->Get(Family::kView, key, &buffer);
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  return buffer;
}

absl::StatusOr<std::optional<std::string>> Rows::Get(std::string_view key) const {
  std::string buffer;
  const auto value = Find(key, buffer);
  if (!value.ok()) return value.status();
  if (!*value) return std::nullopt;
  return std::string(**value);
}

RowCursor Rows::Scan(std::string_view begin, std::string_view end) const { return RowCursor(*this, begin, end, false); }
RowCursor Rows::ScanReverse(std::string_view begin, std::string_view end) const { return RowCursor(*this, begin, end, true); }
RowCursor Rows::ScanPrefix(std::string_view prefix) const { return Scan(prefix, store::PrefixEnd(prefix)); }

RowCursor::RowCursor(const Rows& rows, std::string_view begin, std::string_view end, bool reverse)
    : begin_(begin),
      end_(end),
      reverse_(reverse),
      newest_(rows.newest),
      frozen_(rows.frozen),
      stored_(reverse ? rows.base->ScanReverse(Family::kView, begin, end) : rows.base->Scan(Family::kView, begin, end)) {
  for (auto* tree : {&newest_, &frozen_}) {
    if (!reverse) {
      tree->Seek(begin_);
    } else if (end_.empty()) {
      tree->SeekToLast();
    } else {
      tree->SeekBefore(end_);
    }
  }
  failed_ = !stored_.Valid() && !stored_.status().ok();
  Settle();
}

bool RowCursor::Within(const RowTree::Iterator& at) const {
  if (!at.Valid()) return false;
  return reverse_ ? at.row().key() >= begin_ : end_.empty() || at.row().key() < end_;
}

RowCursor::Source RowCursor::Nearest() const {
  if (failed_) return Source::kNone;
  Source best = Source::kNone;
  std::string_view best_key;
  const auto offer = [&](Source source, std::string_view key) {
    if (best != Source::kNone && !(reverse_ ? key > best_key : key < best_key)) return;
    best = source, best_key = key;
  };
  if (Within(newest_)) offer(Source::kNewest, newest_.row().key());
  if (Within(frozen_)) offer(Source::kFrozen, frozen_.row().key());
  if (stored_.Valid()) offer(Source::kStore, stored_.key());
  return best;
}

void RowCursor::StepPast(std::string_view key) {
  // The stored key may be what `key` points to: it moves last.
  const bool stored_too = stored_.Valid() && stored_.key() == key;
  for (auto* tree : {&newest_, &frozen_})
    if (tree->Valid() && tree->row().key() == key) reverse_ ? tree->Prev() : tree->Next();
  if (!stored_too) return;
  stored_.Next();
  failed_ = !stored_.Valid() && !stored_.status().ok();
}

void RowCursor::Settle() {
  for (current_ = Nearest(); current_ == Source::kNewest || current_ == Source::kFrozen; current_ = Nearest()) {
    if (!TreeRow().deleted()) return;
    StepPast(TreeRow().key());
  }
}

void RowCursor::Next() {
  StepPast(key());
  Settle();
}

}  // namespace guanxi::partition
