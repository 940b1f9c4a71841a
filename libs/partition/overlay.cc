#include "partition/overlay.h"

#include <utility>

namespace guanxi::partition {
namespace {

void Fill(KeyFilter& keys, const RowTree& tree) {
  RowTree::Iterator at(tree);
  for (at.Seek({}); at.Valid(); at.Next()) {
    if (keys.IsFull()) return keys.Reset(keys.lines() * 2), Fill(keys, tree);
    keys.Add(KeyFilter::HashOf(at.row().key()));
  }
}

}  // namespace

void Overlay::Reset(Rows rows) {
  writer_ = RowTreeWriter(rows.newest);
  rows_ = std::move(rows);
  for (const auto& [keys, tree] : {std::pair(&newest_keys_, &rows_.newest), std::pair(&frozen_keys_, &rows_.frozen)}) {
    keys->Reset(1);
    Fill(*keys, *tree);
  }
}

void Overlay::Remember(std::string_view key) {
  if (!newest_keys_.IsFull()) return newest_keys_.Add(KeyFilter::HashOf(key));
  newest_keys_.Reset(newest_keys_.lines() * 2);
  Fill(newest_keys_, writer_.current());
}

const Rows& Overlay::Current() const {
  if (!rows_.newest.SameAs(writer_.current())) rows_.newest = writer_.current();
  return rows_;
}

absl::StatusOr<std::optional<std::string_view>> Overlay::Find(std::string_view key, std::string& buffer) const {
  const Rows& rows = Current();
  const uint64_t hash = KeyFilter::HashOf(key);
  for (const auto& [keys, tree] : {std::pair(&newest_keys_, &rows.newest), std::pair(&frozen_keys_, &rows.frozen)}) {
    const Row* const row = keys->MayHold(hash) ? tree->Find(key) : nullptr;
    if (row == nullptr) continue;
    if (row->deleted()) return std::nullopt;
    return row->value();
  }
  return rows.FindStored(key, buffer);
}

absl::StatusOr<std::optional<std::string>> Overlay::Get(std::string_view key) const {
  std::string buffer;
  const auto value = Find(key, buffer);
  if (!value.ok()) return value.status();
  if (!*value) return std::nullopt;
  return std::string(**value);
}

absl::Status Overlay::Scan(std::string_view prefix, std::string_view from,
                           const std::function<bool(std::string_view, std::string_view)>& f) const {
  auto cursor = Current().Scan(from, store::PrefixEnd(prefix));
  for (; cursor.Valid(); cursor.Next())
    if (!f(cursor.key(), cursor.value())) return absl::OkStatus();
  return cursor.status();
}

Rows Overlay::Publish(std::shared_ptr<const store::Snapshot> base) {
  rows_.base = std::move(base);
  rows_.newest = writer_.Publish();
  return rows_;
}

const RowTree& Overlay::Freeze() {
  rows_.frozen = writer_.Publish();
  writer_ = RowTreeWriter();
  rows_.newest = writer_.current();
  // The next ones will be about as many.
  std::swap(frozen_keys_, newest_keys_);
  newest_keys_.Reset(frozen_keys_.lines());
  return rows_.frozen;
}

void Overlay::DropFrozen(std::shared_ptr<const store::Snapshot> base) {
  rows_.frozen = RowTree(), rows_.base = std::move(base);
  frozen_keys_.Reset(1);
}

absl::Status WriteRun(store::Store& store, uint32_t generation, const RowTree& rows) {
  auto run = store.StartViewRun(generation, rows.rows_at_most());
  if (!run.ok()) return run.status();
  RowTree::Iterator at(rows);
  for (at.Seek({}); at.Valid(); at.Next()) {
    const Row& row = at.row();
    const auto status = row.deleted() ? (*run)->Delete(row.key()) : (*run)->Put(row.key(), row.value());
    if (!status.ok()) return status;
  }
  return (*run)->Ingest();
}

}  // namespace guanxi::partition
