#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/reason.h"
#include "store/store_impl.h"
#include "store/wal_scan.h"

namespace guanxi::store {
namespace {

constexpr std::string_view kFamilyNames[] = {"tail", "blocks", "merkle", "meta", "feed"};
constexpr std::string_view kGenerationKey = "view generation";
// What a start after a crash reads again at most.
constexpr uint64_t kWalBytesMax = 32u << 20;
constexpr std::string_view kRecoveredKey = "recovered";
constexpr char kRetryAfterMs[] = "1000";

}  // namespace

absl::Status FromRocks(const rocksdb::Status& s, std::string_view doing) {
  if (s.ok()) return absl::OkStatus();
  ReasonMetadata metadata{{"doing", std::string(doing)}};
  if (s.IsNoSpace()) metadata.emplace("retry_after_ms", kRetryAfterMs);
  const Reason reason = s.IsNoSpace() ? Reason::DISK_FULL : s.IsCorruption() ? Reason::STORE_CORRUPT : Reason::STORE_FAILED;
  return Refuse(reason, fmt::format("{}: {}", doing, s.ToString()), std::move(metadata));
}

rocksdb::ColumnFamilyOptions FamilyOptions(std::string_view name, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // In pages: a file's whole filter grows beyond what a shard of the cache holds, and is then read for every key.
  table.partition_filters = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 32 << 20;
  // Sealed blocks are compressed by us; small families are not worth it.
  options.compression = rocksdb::kNoCompression;
  if (name.starts_with("view")) {
    options.compression = rocksdb::kLZ4Compression;
    options.bottommost_compression = rocksdb::kZSTD;
    table.block_size = 16 << 10;
  }
  if (name == "blocks") {
    table.block_size = 64 << 10;
    options.write_buffer_size = 64 << 20;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.level_compaction_dynamic_level_bytes = true;
  return options;
}

std::string ViewName(uint32_t generation) { return fmt::format("view.{}", generation); }

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

bool HoldsData(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error))
    if (entry.path().extension() == ".sst" || entry.path().extension() == ".log") return true;
  return false;
}

// So that a write-ahead log that was replayed and removed, torn end and all, does not come back in a power cut.
absl::Status SyncDirectory(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  auto status = env.NewDirectory(path, &directory);
  if (status.ok()) status = directory->Fsync();
  return FromRocks(status, fmt::format("fsync of {}", path));
}

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

// Of the batches that RocksDB would replay: the last, without changing anything.
absl::StatusOr<uint64_t> LastReplayed(rocksdb::DBOptions options, const std::string& path, const Families& families) {
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.write_buffer_manager = nullptr;
  std::vector<Handle> handles;
  rocksdb::DB* opened = nullptr;
  if (const auto status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened); !status.ok())
    return FromRocks(status, fmt::format("opening {}", path));
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (Handle handle : handles) db->DestroyColumnFamilyHandle(handle);
  return db->GetLatestSequenceNumber();
}

// A batch that was under way in a power cut may be torn, and is forgotten. One
// with another after it was fsynced: RocksDB would forget that as well.
absl::Status OnlyEndIsTorn(const rocksdb::DBOptions& options, const std::string& path, const Families& families) {
  const auto newest = NewestBatch(*options.env, path);
  if (!newest.ok()) return newest.status();
  const auto replayed = LastReplayed(options, path, families);
  if (!replayed.ok()) return replayed.status();
  if (*newest <= *replayed + 1) return absl::OkStatus();
  return Refuse(Reason::STORE_CORRUPT, fmt::format("the write-ahead log in {} is damaged before batches that were acknowledged", path),
                {{"path", path}});
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocks(rocksdb::DBOptions& options, const std::string& path, const Families& families,
                                                       std::vector<Handle>& handles) {
  rocksdb::DB* db = nullptr;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  auto opened = rocksdb::DB::Open(options, path, families, &handles, &db);
  if (opened.IsCorruption()) {
    if (auto status = OnlyEndIsTorn(options, path, families); !status.ok()) return status;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    opened = rocksdb::DB::Open(options, path, families, &handles, &db);
  }
  if (!opened.ok()) return FromRocks(opened, fmt::format("opening {}", path));
  return std::unique_ptr<rocksdb::DB>(db);
}

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
  const std::vector<Handle> families(std::begin(impl_->fixed), std::end(impl_->fixed));
  impl_->db->Flush(rocksdb::FlushOptions(), families).PermitUncheckedError();
}

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const std::string& path, std::shared_ptr<SharedMemory> memory,
                                                   std::shared_ptr<Disk> disk) {
  rocksdb::DBOptions options;
  if (disk != nullptr) options.env = disk->env();
  // Compactions give way to commits and reads, where processors are short.
  for (const auto pool : {rocksdb::Env::LOW, rocksdb::Env::HIGH}) options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow);
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 4;
  options.max_total_wal_size = kWalBytesMax;
  options.max_bgerror_resume_count = 0;  // Recover does it
  options.write_buffer_manager = memory->impl().memtables;

  std::vector<std::string> names;
  if (std::filesystem::exists(path + "/CURRENT")) {
    if (const auto listed = rocksdb::DB::ListColumnFamilies(options, path, &names); !listed.ok())
      return FromRocks(listed, fmt::format("opening {}", path));
  } else if (HoldsData(path)) {
    return Refuse(Reason::STORE_CORRUPT, fmt::format("{} holds data and no CURRENT file", path), {{"path", path}});
  }
  for (std::string_view name : kFamilyNames)
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  if (std::find(names.begin(), names.end(), "default") == names.end()) names.emplace_back("default");
  if (std::none_of(names.begin(), names.end(), [](const auto& n) { return n.starts_with("view."); })) names.push_back(ViewName(1));

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const auto& name : names) families.emplace_back(name, FamilyOptions(name, memory->impl().cache));
  std::vector<Handle> handles;
  auto opened = OpenRocks(options, path, families, handles);
  if (!opened.ok()) return opened.status();
  rocksdb::DB* const db = opened->get();

  auto impl = std::make_unique<Impl>();
  impl->memory = std::move(memory);
  impl->disk = std::move(disk);
  impl->db = *std::move(opened);
  for (size_t i = 0; i < handles.size(); ++i) {
    const std::string& name = names[i];
    if (name == "default") {
      impl->default_family = handles[i];
    } else if (name.starts_with("view.")) {
      uint32_t generation = 0;
      std::from_chars(name.data() + 5, name.data() + name.size(), generation);
      impl->views[generation] = impl->Share(handles[i]);
    } else {
      impl->fixed[std::find(std::begin(kFamilyNames), std::end(kFamilyNames), name) - std::begin(kFamilyNames)] = handles[i];
    }
  }
  std::string live;
  const auto found = db->Get({}, impl->fixed[static_cast<int>(Family::kMeta)], ToSlice(kGenerationKey), &live);
  if (!found.ok() && !found.IsNotFound()) return FromRocks(found, "reading the view generation");
  impl->live = found.ok() ? static_cast<uint32_t>(std::stoul(live)) : 1;
  if (auto status = EmptyRunDirectory(impl->RunDirectory()); !status.ok()) return status;
  if (auto status = SyncDirectory(*db->GetEnv(), path); !status.ok()) return status;
  std::unique_ptr<Store> store(new Store(std::move(impl)));
  // Generations that never went live are what a killed rebuild left.
  std::vector<uint32_t> stale;
  for (const auto& [generation, handle] : store->impl_->views)
    if (generation != store->impl_->live) stale.push_back(generation);
  for (uint32_t generation : stale)
    if (auto status = store->DropViewGeneration(generation); !status.ok()) return status;
  return store;
}

absl::Status Store::Write(const Batch& batch, bool sync) {
  rocksdb::WriteBatch rocks(batch.impl_->bytes.size() + 32 * batch.impl_->operations.size());
  const char* at = batch.impl_->bytes.data();
  for (const auto& op : batch.impl_->operations) {
    if (op.family == Family::kView) return Refuse(Reason::STORE_FAILED, "views are written by runs");
    Handle handle = impl_->fixed[static_cast<int>(op.family)];
    const rocksdb::Slice key(at, op.key_bytes), value(at + op.key_bytes, op.value_bytes);
    at += op.key_bytes + op.value_bytes;
    const auto status = op.is_delete ? rocks.Delete(handle, key) : rocks.Put(handle, key, value);
    if (!status.ok()) return FromRocks(status, "filling a batch");
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  return FromRocks(impl_->db->Write(options, &rocks), "writing");
}

absl::Status Store::Recover() {
  const auto resumed = impl_->db->Resume();
  // RocksDB itself waits for room.
  if (resumed.IsBusy()) return FromRocks(rocksdb::Status::NoSpace("still recovering"), "recovering from a failed write");
  if (!resumed.ok()) return FromRocks(resumed, "recovering from a failed write");
  // The write-ahead log may end in half a batch: nothing is to follow it there. A
  // flush begins a new one, if there is a row to flush.
  Handle meta = impl_->fixed[static_cast<int>(Family::kMeta)];
  rocksdb::WriteOptions not_logged;
  not_logged.disableWAL = true;
  auto status = impl_->db->Put(not_logged, meta, ToSlice(kRecoveredKey), {});
  if (status.ok()) status = impl_->db->Flush({}, meta);
  if (!status.ok()) return FromRocks(status, "recovering from a failed write");
  return SyncDirectory(*impl_->db->GetEnv(), impl_->db->GetName());
}

uint32_t Store::view_generation() const { return impl_->live; }

absl::StatusOr<uint32_t> Store::CreateViewGeneration() {
  const uint32_t generation = impl_->live + 1;
  if (impl_->View(generation) != nullptr)
    if (auto status = DropViewGeneration(generation); !status.ok()) return status;
  if (auto status = impl_->AddView(generation); !status.ok()) return status;
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

absl::Status Store::DropViewGeneration(uint32_t generation) {
  std::shared_ptr<rocksdb::ColumnFamilyHandle> handle;
  {
    const std::lock_guard lock(impl_->generations_mutex);
    const auto it = impl_->views.find(generation);
    if (it == impl_->views.end()) return absl::OkStatus();
    handle = it->second;
    impl_->views.erase(it);
  }
  // Snapshots that hold the handle read on; the files go with the last of them.
  return FromRocks(impl_->db->DropColumnFamily(handle.get()), "dropping a view generation");
}

uint64_t Store::DiskBytes() const {
  uint64_t bytes = 0, part = 0;
  for (const char* property : {"rocksdb.live-sst-files-size", "rocksdb.size-all-mem-tables"})
    if (impl_->db->GetAggregatedIntProperty(property, &part)) bytes += part;
  return bytes;
}

}  // namespace guanxi::store
