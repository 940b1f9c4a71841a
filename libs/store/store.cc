#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/write_buffer_manager.h>

#include <filesystem>

#include "base/reason.h"
#include "store/store_impl.h"

namespace guanxi::store {
namespace {

constexpr std::string_view kGenerationKey = "view generation";

}  // namespace

SharedMemory::SharedMemory(size_t cache_bytes, size_t memtable_bytes) : impl_(std::make_unique<Impl>()) {
  impl_->cache = rocksdb::NewLRUCache(cache_bytes);
  impl_->memtables = std::make_shared<rocksdb::WriteBufferManager>(memtable_bytes, impl_->cache);
}
SharedMemory::~SharedMemory() = default;

// Families are resolved at Write: a batch is filled without a store.
struct Batch::Impl {
  struct Operation {
    Family family;
    bool is_delete;
    uint32_t key_bytes;
    uint32_t value_bytes;
  };
  std::vector<Operation> operations;
  std::string bytes;  // keys and values, one after the other
};

Batch::Batch() : impl_(std::make_unique<Impl>()) {}
Batch::~Batch() = default;
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;

void Batch::Put(Family family, std::string_view key, std::string_view value) {
  impl_->operations.push_back({family, false, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())});
  impl_->bytes.append(key).append(value);
}

void Batch::Delete(Family family, std::string_view key) {
  impl_->operations.push_back({family, true, static_cast<uint32_t>(key.size()), 0});
  impl_->bytes.append(key);
}

namespace {

// Runs that were not taken over are what a killed checkpoint left.
absl::Status EmptyRunDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) std::filesystem::create_directories(path, error);
  if (error) return Refuse(Reason::STORE_FAILED, fmt::format("{}: {}", path, error.message()));
  return absl::OkStatus();
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() {
  // The next start has no write-ahead log to read. If it fails, it has.
  const auto database = impl_->database();
  database->rocks().Flush(rocksdb::FlushOptions(), database->fixed()).PermitUncheckedError();
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& path, std::shared_ptr<SharedMemory> memory,
                                                   std::shared_ptr<Disk> disk) {
  auto opened = Database::Open(path, std::move(memory), std::move(disk));
  if (!opened.ok()) return opened.status();
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->current = *std::move(opened);
  std::string live;
  const auto& database = *impl->current;
  const auto found = database.rocks().Get({}, database.fixed(Family::kMeta), ToSlice(kGenerationKey), &live);
  if (!found.ok() && !found.IsNotFound()) return FromRocks(found, "reading the view generation");
  impl->live = found.ok() ? static_cast<uint32_t>(std::stoul(live)) : 1;
  if (auto status = EmptyRunDirectory(impl->RunDirectory()); !status.ok()) return status;
  std::unique_ptr<Store> store(new Store(std::move(impl)));
  // Generations that never went live are what a killed rebuild left.
  for (uint32_t generation : database.Generations())
    if (generation != store->impl_->live)
      if (auto status = store->DropViewGeneration(generation); !status.ok()) return status;
  return store;
}

absl::Status Store::Write(const Batch& batch, bool sync) {
  const auto database = impl_->database();
  rocksdb::WriteBatch rocks(batch.impl_->bytes.size() + 32 * batch.impl_->operations.size());
  const char* at = batch.impl_->bytes.data();
  for (const auto& op : batch.impl_->operations) {
    if (op.family == Family::kView) return Refuse(Reason::STORE_FAILED, "views are written by runs");
    Handle handle = database->fixed(op.family);
    const rocksdb::Slice key(at, op.key_bytes), value(at + op.key_bytes, op.value_bytes);
    at += op.key_bytes + op.value_bytes;
    const auto status = op.is_delete ? rocks.Delete(handle, key) : rocks.Put(handle, key, value);
    if (!status.ok()) return FromRocks(status, "filling a batch");
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  return FromRocks(database->rocks().Write(options, &rocks), "writing");
}

absl::Status Store::Recover() {
  const std::lock_guard not_taking_over(impl_->take_over_mutex);
  const auto stopped = impl_->database();
  if (!stopped->has_stopped()) return absl::OkStatus();
  auto again = stopped->OpenAgain();
  if (!again.ok()) return again.status();
  const std::lock_guard lock(impl_->database_mutex);
  impl_->current.swap(*again);
  return absl::OkStatus();
}

uint32_t Store::view_generation() const { return impl_->live; }

absl::StatusOr<uint32_t> Store::CreateViewGeneration() {
  const uint32_t generation = impl_->live + 1;
  if (impl_->database()->View(generation) != nullptr)
    if (auto status = DropViewGeneration(generation); !status.ok()) return status;
  if (auto status = impl_->database()->AddView(generation); !status.ok()) return status;
  return generation;
}

absl::Status Store::SwitchViewGeneration(uint32_t generation) {
  const uint32_t old = impl_->live;
  Batch batch;
  batch.Put(Family::kMeta, kGenerationKey, std::to_string(generation));
  if (auto status = Write(batch, true); !status.ok()) return status;
  impl_->live = generation;
  // It is switched: what cannot be dropped now is dropped when the store is next opened.
  DropViewGeneration(old).IgnoreError();
  return absl::OkStatus();
}

absl::Status Store::DropViewGeneration(uint32_t generation) { return impl_->database()->DropView(generation); }

uint64_t Store::DiskBytes() const {
  uint64_t bytes = 0, part = 0;
  for (const char* property : {"rocksdb.live-sst-files-size", "rocksdb.size-all-mem-tables"})
    if (impl_->database()->rocks().GetAggregatedIntProperty(property, &part)) bytes += part;
  return bytes;
}

}  // namespace guanxi::store
