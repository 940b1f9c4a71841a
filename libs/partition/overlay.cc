#include "partition/overlay.h"

namespace guanxi::partition {

void Overlay::Reset(Rows rows) {
  writer_ = RowTreeWriter(rows.newest);
  rows_ = std::move(rows);
}

const Rows& Overlay::Current() const {
  if (!rows_.newest.SameAs(writer_.current())) rows_.newest = writer_.current();
  return rows_;
}

absl::StatusOr<std::optional<std::string_view>> Overlay::Find(std::string_view key, std::string& buffer) const {
  return Current().Find(key, buffer);
}

absl::StatusOr<std::optional<std::string>> Overlay::Get(std::string_view key) const { return Current().Get(key); }

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
  return rows_.frozen;
}

absl::Status WriteRun(store::Store& store, uint32_t generation, const RowTree& rows) {
  auto run = store.StartViewRun(generation);
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
