#include "store/database.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "base/reason.h"
#include "store/wal_scan.h"

namespace guanxi::store {
namespace {

constexpr std::string_view kFamilyNames[] = {"tail", "blocks", "merkle", "meta", "feed"};
constexpr std::string_view kDefaultName = "default", kViewPrefix = "view.";
// What a start after a crash reads again at most.
constexpr uint64_t kWalBytesMax = 32u << 20;
// Besides what the write-ahead log takes once more as files.
constexpr uint64_t kRoomToOpen = 1 << 20;
constexpr char kRetryAfterMs[] = "1000";

using Families = std::vector<rocksdb::ColumnFamilyDescriptor>;

std::string ViewName(uint32_t generation) { return fmt::format("{}{}", kViewPrefix, generation); }

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
  if (name.starts_with(kViewPrefix)) {
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

// What RocksDB has to say about itself (LOG). One of its own loggers may not be
// written to again once the disk was full: Debian's build ends the process.
class PlainLog final : public rocksdb::Logger {
 public:
  explicit PlainLog(const std::string& path) : file_(std::fopen(path.c_str(), "ae"), &std::fclose) {
    if (file_ != nullptr) std::setvbuf(file_.get(), nullptr, _IOLBF, BUFSIZ);
  }
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (file_ == nullptr) return;
    std::string line(1024, '\0');
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    line.resize(std::clamp<size_t>(length, 0, line.size() - 1));
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    // What there is no room for is not said.
    std::fputs(fmt::format("{:%Y/%m/%d-%H:%M:%S} {}\n", now, line).c_str(), file_.get());
  }

 private:
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

// The data directory has a lock of its own (data_directory.h). RocksDB's would
// keep a store from being opened again beside reads of its earlier opening.
class StoreFiles final : public rocksdb::FileSystemWrapper {
 public:
  StoreFiles(const std::shared_ptr<rocksdb::FileSystem>& files, std::function<bool()> has_stopped)
      : FileSystemWrapper(files), has_stopped_(std::move(has_stopped)) {}
  const char* Name() const override { return "StoreFiles"; }
  // RocksDB 7.8.3 removes a run that it could not note in the manifest for sure. The note may be there
  // all the same, and without the file the store does not open. Files that nothing notes go at the next opening.
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    if (path.ends_with(".sst") && has_stopped_()) return rocksdb::IOStatus::OK();
    return FileSystemWrapper::DeleteFile(path, options, debug);
  }
  rocksdb::IOStatus NewLogger(const std::string& path, const rocksdb::IOOptions&, std::shared_ptr<rocksdb::Logger>* log,
                              rocksdb::IODebugContext*) override {
    *log = std::make_shared<PlainLog>(path);
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus LockFile(const std::string&, const rocksdb::IOOptions&, rocksdb::FileLock** lock, rocksdb::IODebugContext*) override {
    *lock = new rocksdb::FileLock;
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus UnlockFile(rocksdb::FileLock* lock, const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    delete lock;
    return rocksdb::IOStatus::OK();
  }

 private:
  const std::function<bool()> has_stopped_;
};

bool HoldsData(const std::string& path) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(path, error))
    if (entry.path().extension() == ".sst" || entry.path().extension() == ".log") return true;
  return false;
}

// Of the batches that RocksDB would replay: the last, without changing anything.
absl::StatusOr<uint64_t> LastReplayed(rocksdb::DBOptions options, const std::string& path, const Families& families) {
  options.write_buffer_manager = nullptr;
  options.listeners.clear();
  std::vector<Handle> handles;
  rocksdb::DB* opened = nullptr;
  if (const auto status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &opened); !status.ok())
    return FromRocks(status, fmt::format("opening {}", path));
  const std::unique_ptr<rocksdb::DB> db(opened);
  for (Handle handle : handles) db->DestroyColumnFamilyHandle(handle);
  return db->GetLatestSequenceNumber();
}

// A batch that was under way in a power cut may be torn, and is forgotten: sets
// how. Where another follows, it had been acknowledged.
absl::Status ForgetTornEnd(rocksdb::DBOptions& options, const std::string& path, const Families& families) {
  const auto batches = ScanWal(*options.env, path);
  if (!batches.ok()) return batches.status();
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  auto replayed = LastReplayed(options, path, families);
  if (!replayed.ok() && !batches->behind_damage) {
    // Where the power goes again while a torn log is replayed, some families' files
    // are newer than it, which that mode refuses.
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    replayed = LastReplayed(options, path, families);
  }
  if (!replayed.ok()) return replayed.status();
  if (batches->newest <= *replayed + 1) return absl::OkStatus();
  return Refuse(Reason::STORE_CORRUPT, fmt::format("the write-ahead log in {} is damaged before batches that were acknowledged", path),
                {{"path", path}});
}

absl::StatusOr<std::unique_ptr<rocksdb::DB>> OpenRocks(rocksdb::DBOptions& options, const std::string& path, const Families& families,
                                                       std::vector<Handle>& handles) {
  rocksdb::DB* db = nullptr;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kAbsoluteConsistency;
  auto opened = rocksdb::DB::Open(options, path, families, &handles, &db);
  if (opened.IsCorruption()) {
    if (auto status = ForgetTornEnd(options, path, families); !status.ok()) return status;
    opened = rocksdb::DB::Open(options, path, families, &handles, &db);
  }
  if (!opened.ok()) return FromRocks(opened, fmt::format("opening {}", path));
  return std::unique_ptr<rocksdb::DB>(db);
}

// So that names of files that came and went survive a power cut.
absl::Status SyncDirectory(rocksdb::Env& env, const std::string& path) {
  std::unique_ptr<rocksdb::Directory> directory;
  auto status = env.NewDirectory(path, &directory);
  if (status.ok()) status = directory->Fsync();
  return FromRocks(status, fmt::format("fsync of {}", path));
}

// RocksDB's threads have the priority of who first needs them. That would be a
// checkpoint, which gives way: then compactions starve under a flood of events,
// and every read looks through the runs that have piled up.
void StartThreads(rocksdb::Env& env) {
  for (const auto pool : {rocksdb::Env::LOW, rocksdb::Env::HIGH}) env.Schedule([](void*) {}, nullptr, pool);
}

// Those there are, and those there must be.
absl::StatusOr<std::vector<std::string>> FamiliesOf(const rocksdb::DBOptions& options, const std::string& path) {
  std::vector<std::string> names;
  if (std::filesystem::exists(path + "/CURRENT")) {
    if (const auto listed = rocksdb::DB::ListColumnFamilies(options, path, &names); !listed.ok())
      return FromRocks(listed, fmt::format("opening {}", path));
  } else if (HoldsData(path)) {
    return Refuse(Reason::STORE_CORRUPT, fmt::format("{} holds data and no CURRENT file", path), {{"path", path}});
  }
  const auto need = [&](std::string_view name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
  };
  for (std::string_view name : kFamilyNames) need(name);
  need(kDefaultName);
  if (std::none_of(names.begin(), names.end(), [](const auto& n) { return n.starts_with(kViewPrefix); })) names.push_back(ViewName(1));
  return names;
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& s, std::string_view doing) {
  if (s.ok()) return absl::OkStatus();
  ReasonMetadata metadata{{"doing", std::string(doing)}};
  if (s.IsNoSpace()) metadata.emplace("retry_after_ms", kRetryAfterMs);
  const Reason reason = s.IsNoSpace() ? Reason::DISK_FULL : s.IsCorruption() ? Reason::STORE_CORRUPT : Reason::STORE_FAILED;
  return Refuse(reason, fmt::format("{}: {}", doing, s.ToString()), std::move(metadata));
}

// RocksDB's own ways back from a full disk are not taken. 7.8.3: a flush that was
// queued is never run and Resume waits for it; after Resume files are ingested
// under number 0, as ErrorHandler::ClearBGError leaves is_db_stopped_.
class Database::Errors final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    if (error->severity() < rocksdb::Status::Severity::kHardError) {
      *error = rocksdb::Status::OK();  // a compaction, which tries again by itself
      return;
    }
    if (!error->IsNoSpace()) Lose();
    has_stopped_ = true;
  }
  void Lose() { is_lost_ = true; }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* by_itself) override { *by_itself = false; }
  bool has_stopped() const { return has_stopped_; }
  bool is_lost() const { return is_lost_; }

 private:
  std::atomic<bool> has_stopped_{false}, is_lost_{false};
};

absl::StatusOr<std::shared_ptr<Database>> Database::Open(const std::string& path, std::shared_ptr<SharedMemory> memory,
                                                         std::shared_ptr<Disk> disk) {
  std::shared_ptr<Database> database(new Database);
  database->path_ = path;
  rocksdb::Env* const machine = disk != nullptr ? disk->env() : rocksdb::Env::Default();
  database->errors_ = std::make_shared<Errors>();
  database->env_ = rocksdb::NewCompositeEnv(
      std::make_shared<StoreFiles>(machine->GetFileSystem(), [errors = database->errors_] { return errors->has_stopped(); }));
  database->memory_ = std::move(memory);
  database->disk_ = std::move(disk);

  rocksdb::DBOptions options;
  options.env = database->env_.get();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.keep_log_file_num = 4;
  options.max_total_wal_size = kWalBytesMax;
  options.max_bgerror_resume_count = 0;
  options.listeners.push_back(database->errors_);
  options.write_buffer_manager = database->memory_->impl().memtables;

  const auto names = FamiliesOf(options, path);
  if (!names.ok()) return names.status();
  Families families;
  families.reserve(names->size());
  for (const auto& name : *names) families.emplace_back(name, FamilyOptions(name, database->memory_->impl().cache));
  std::vector<Handle> handles;
  auto opened = OpenRocks(options, path, families, handles);
  if (!opened.ok()) return opened.status();
  database->db_ = *std::move(opened);
  StartThreads(*database->env_);
  for (size_t i = 0; i < handles.size(); ++i) {
    const std::string_view name = (*names)[i];
    if (name == kDefaultName) {
      database->default_family_ = handles[i];
    } else if (name.starts_with(kViewPrefix)) {
      uint32_t generation = 0;
      std::from_chars(name.data() + kViewPrefix.size(), name.data() + name.size(), generation);
      database->views_[generation] = database->Share(handles[i]);
    } else {
      database->fixed_[std::find(std::begin(kFamilyNames), std::end(kFamilyNames), name) - std::begin(kFamilyNames)] = handles[i];
    }
  }
  // A write-ahead log that was replayed and removed, torn end and all, is not to come back in a power cut.
  if (auto status = SyncDirectory(*database->env_, path); !status.ok()) return status;
  return database;
}

Database::~Database() {
  if (db_ == nullptr) return;
  views_.clear();
  for (Handle handle : fixed_)
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle);
  if (default_family_ != nullptr) db_->DestroyColumnFamilyHandle(default_family_);
}

bool Database::has_stopped() const { return errors_->has_stopped(); }

absl::StatusOr<std::shared_ptr<Database>> Database::OpenAgain() {
  constexpr std::string_view kDoing = "recovering from a failed write";
  if (errors_->is_lost()) return FromRocks(rocksdb::Status::IOError("what the disk holds is not known"), kDoing);
  uint64_t room = 0, memtables = 0;
  db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memtables);
  if (env_->GetFreeSpace(path_, &room).ok() && room < memtables + kRoomToOpen) return FromRocks(rocksdb::Status::NoSpace(), kDoing);
  // The names it knows are no longer the ones there are.
  db_->DisableFileDeletions().PermitUncheckedError();
  auto again = Open(path_, memory_, disk_);
  if (!again.ok()) return again;
  // A batch that was refused and came back whole: those who remember that it was not written are not to go on.
  if ((*again)->db_->GetLatestSequenceNumber() <= db_->GetLatestSequenceNumber()) return again;
  errors_->Lose();
  return FromRocks(rocksdb::Status::IOError("a batch that was refused is there"), kDoing);
}

SharedHandle Database::View(uint32_t generation) const {
  const std::lock_guard lock(views_mutex_);
  const auto it = views_.find(generation);
  return it == views_.end() ? nullptr : it->second;
}

std::vector<uint32_t> Database::Generations() const {
  const std::lock_guard lock(views_mutex_);
  std::vector<uint32_t> generations;
  generations.reserve(views_.size());
  for (const auto& [generation, handle] : views_) generations.push_back(generation);
  return generations;
}

absl::Status Database::AddView(uint32_t generation) {
  Handle handle = nullptr;
  const auto status = db_->CreateColumnFamily(FamilyOptions(ViewName(generation), memory_->impl().cache), ViewName(generation), &handle);
  if (!status.ok()) return FromRocks(status, "creating a view generation");
  const std::lock_guard lock(views_mutex_);
  views_[generation] = Share(handle);
  return absl::OkStatus();
}

absl::Status Database::DropView(uint32_t generation) {
  SharedHandle handle;
  {
    const std::lock_guard lock(views_mutex_);
    const auto it = views_.find(generation);
    if (it == views_.end()) return absl::OkStatus();
    handle = it->second;
    views_.erase(it);
  }
  // Snapshots that hold the handle read on; the files go with the last of them.
  return FromRocks(db_->DropColumnFamily(handle.get()), "dropping a view generation");
}

}  // namespace guanxi::store
