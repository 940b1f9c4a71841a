#include "partition/overlay.h"

namespace guanxi::partition {

void Overlay::Reset(Rows rows) {
  writer_ = RowTreeWriter(std::move(rows.newest));
  frozen_ = std::move(rows.frozen);
  base_ = std::move(rows.base);
}

absl::StatusOr<std::optional<std::string>> Overlay::Get(std::string_view key) const {
  for (const RowTree* tree : {&writer_.current(), &frozen_}) {
    const Row* const row = tree->Find(key);
    if (row == nullptr) continue;
    if (row->deleted()) return std::nullopt;
    return std::string(row->value());
  }
  return base_->Get(store::Family::kView, key);
}

absl::Status Overlay::Scan(std::string_view prefix, std::string_view from,
                           const std::function<bool(std::string_view, std::string_view)>& f) const {
  const Rows rows = Current();
  auto cursor = rows.Scan(from, store::PrefixEnd(prefix));
  for (; cursor.Valid(); cursor.Next())
    if (!f(cursor.key(), cursor.value())) return absl::OkStatus();
  return cursor.status();
}

Rows Overlay::Publish(std::shared_ptr<const store::Snapshot> base) {
  base_ = std::move(base);
  return {writer_.Publish(), frozen_, base_};
}

const RowTree& Overlay::Freeze() {
  frozen_ = writer_.Publish();
  writer_ = RowTreeWriter();
  return frozen_;
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
