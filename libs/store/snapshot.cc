#include "store/store_impl.h"

namespace guanxi::store {

struct Snapshot::Impl {
  std::shared_ptr<const Database> database;  // outlives what follows
  std::shared_ptr<const rocksdb::Snapshot> at;
  SharedHandle view;
  uint32_t generation;

  Handle HandleOf(Family family) const { return family == Family::kView ? view.get() : database->fixed(family); }
  rocksdb::ReadOptions Options() const {
    rocksdb::ReadOptions options;
    options.snapshot = at.get();
    return options;
  }
};

struct Cursor::Impl {
  std::string begin, end;
  rocksdb::Slice begin_slice, end_slice;
  std::shared_ptr<const Database> database;  // outlives what follows
  std::shared_ptr<const rocksdb::Snapshot> at;
  SharedHandle view;
  std::unique_ptr<rocksdb::Iterator> iterator;
  bool reverse = false;
};

Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
bool Cursor::Valid() const { return impl_->iterator->Valid(); }
void Cursor::Next() { impl_->reverse ? impl_->iterator->Prev() : impl_->iterator->Next(); }
std::string_view Cursor::key() const { return ToView(impl_->iterator->key()); }
std::string_view Cursor::value() const { return ToView(impl_->iterator->value()); }
absl::Status Cursor::status() const { return FromRocks(impl_->iterator->status(), "scanning"); }

Snapshot::Snapshot(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Snapshot::~Snapshot() = default;
uint32_t Snapshot::view_generation() const { return impl_->generation; }

absl::StatusOr<bool> Snapshot::Get(Family family, std::string_view key, std::string* value) const {
  const auto status = impl_->database->rocks().Get(impl_->Options(), impl_->HandleOf(family), ToSlice(key), value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return FromRocks(status, "reading");
  return true;
}

absl::StatusOr<std::optional<std::string>> Snapshot::Get(Family family, std::string_view key) const {
  std::string value;
  const auto found = Get(family, key, &value);
  if (!found.ok()) return found.status();
  if (!*found) return std::nullopt;
  return value;
}

Cursor Snapshot::Scan(Family family, std::string_view begin, std::string_view end) const {
  auto walk = std::make_unique<Cursor::Impl>();
  walk->database = impl_->database;
  walk->at = impl_->at;
  walk->view = impl_->view;
  walk->end = std::string(end);
  walk->end_slice = walk->end;
  rocksdb::ReadOptions options = impl_->Options();
  if (!end.empty()) options.iterate_upper_bound = &walk->end_slice;
  walk->iterator.reset(impl_->database->rocks().NewIterator(options, impl_->HandleOf(family)));
  walk->iterator->Seek(ToSlice(begin));
  return Cursor(std::move(walk));
}

Cursor Snapshot::ScanReverse(Family family, std::string_view begin, std::string_view end) const {
  auto walk = std::make_unique<Cursor::Impl>();
  walk->database = impl_->database;
  walk->at = impl_->at;
  walk->view = impl_->view;
  walk->reverse = true;
  walk->begin = std::string(begin);
  walk->begin_slice = walk->begin;
  rocksdb::ReadOptions options = impl_->Options();
  options.iterate_lower_bound = &walk->begin_slice;
  walk->iterator.reset(impl_->database->rocks().NewIterator(options, impl_->HandleOf(family)));
  if (end.empty()) {
    walk->iterator->SeekToLast();
  } else {
    walk->iterator->SeekForPrev(ToSlice(end));
    if (walk->iterator->Valid() && walk->iterator->key() == ToSlice(end)) walk->iterator->Prev();
  }
  return Cursor(std::move(walk));
}

Cursor Snapshot::ScanPrefix(Family family, std::string_view prefix) const { return Scan(family, prefix, PrefixEnd(prefix)); }

std::shared_ptr<const Snapshot> Snapshot::OfGeneration(uint32_t generation) const {
  auto impl = std::make_unique<Impl>(*impl_);
  impl->view = impl_->database->View(generation);
  impl->generation = generation;
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(impl)));
}

std::shared_ptr<const Snapshot> Store::TakeSnapshot() const {
  auto impl = std::make_unique<Snapshot::Impl>();
  impl->database = impl_->database();
  rocksdb::DB* const db = &impl->database->rocks();
  impl->generation = impl_->live;
  impl->view = impl->database->View(impl->generation);
  impl->at = std::shared_ptr<const rocksdb::Snapshot>(db->GetSnapshot(), [db](const rocksdb::Snapshot* s) { db->ReleaseSnapshot(s); });
  return std::shared_ptr<const Snapshot>(new Snapshot(std::move(impl)));
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<uint8_t>(end.back()) + 1);
  return end;
}

}  // namespace guanxi::store
