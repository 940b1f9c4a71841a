#include "store/faulty_disk.h"

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

namespace guanxi::store {
namespace {

namespace fs = std::filesystem;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

IOStatus NoRoom() {
  IOStatus status = IOStatus::NoSpace("the faulty disk is full");
  status.SetRetryable(true);  // as RocksDB's own file system says of ENOSPC
  return status;
}
IOStatus Broken(const char* what) { return IOStatus::IOError(what, "the faulty disk fails"); }

// Others than the stores may have emptied the directory meanwhile.
void Remove(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}
void Rename(const std::string& from, const std::string& to) {
  std::error_code ignored;
  fs::rename(from, to, ignored);
}

std::string DirectoryOf(const std::string& path) { return fs::path(path).parent_path(); }

}  // namespace

struct FaultyDisk::Impl {
  struct File {
    uint64_t written = 0, synced = 0;
  };
  // How to take back a change of a directory that was not fsynced.
  using Undo = std::function<void()>;

  explicit Impl(uint64_t seed) : draw(seed) {}

  std::unique_ptr<rocksdb::Env> environment;
  std::mutex mutex;  // guards what follows
  std::mt19937_64 draw;
  std::map<std::string, File> files;  // that have bytes or a name that may be lost
  std::map<std::string, std::vector<Undo>> names;
  std::optional<uint64_t> room, operations_left;
  uint64_t flip_one_in = 0, flip_salt = 0, graves = 0;
  bool fail_writes = false, fail_syncs = false, fail_reads = false, hold_syncs = false, dark = false;
  std::condition_variable released;

  template <typename Fault, typename Value>
  void Set(Fault& fault, Value value) {
    const std::lock_guard lock(mutex);
    fault = value;
  }
  // With the mutex held: one operation that changes the disk.
  IOStatus Step() {
    if (operations_left && *operations_left == 0) dark = true;
    if (dark) return Broken("no power");
    if (operations_left) --*operations_left;
    return IOStatus::OK();
  }
  // How many of the bytes are written, and what is said of them.
  IOStatus Admit(size_t bytes, size_t* admitted) {
    *admitted = 0;
    if (IOStatus step = Step(); !step.ok()) return step;
    *admitted = bytes / 2;
    if (fail_writes) return Broken("write");
    if (room && *room < bytes) {
      *admitted = *room;
      room = 0;
      return NoRoom();
    }
    if (room) *room -= bytes;
    *admitted = bytes;
    return IOStatus::OK();
  }
  IOStatus Sync(const std::string& path) {
    if (IOStatus step = Step(); !step.ok()) return step;
    if (fail_syncs) return Broken("fsync");
    files[path].synced = files[path].written;
    return IOStatus::OK();
  }
  void Note(const std::string& path, Undo undo) { names[DirectoryOf(path)].push_back(std::move(undo)); }
  // Moves a file where nobody looks, so that its removal can be taken back.
  std::string Bury(const std::string& path) {
    std::string grave = DirectoryOf(path) + "/buried-" + std::to_string(graves++);
    Rename(path, grave);
    return grave;
  }
  void LoseNames();
  void LoseBytes();
};

// A directory's changes are journalled: what survives is a beginning of them.
void FaultyDisk::Impl::LoseNames() {
  for (auto& [directory, undos] : names) {
    const size_t kept = undos.empty() ? 0 : draw() % (undos.size() + 1);
    while (undos.size() > kept) {
      undos.back()();
      undos.pop_back();
    }
    std::error_code ignored;
    std::vector<fs::path> buried;
    for (const auto& entry : fs::directory_iterator(directory, ignored))
      if (entry.path().filename().string().starts_with("buried-")) buried.push_back(entry.path());
    for (const auto& path : buried) fs::remove(path, ignored);
  }
  names.clear();
}

void FaultyDisk::Impl::LoseBytes() {
  for (const auto& [path, file] : files) {
    std::error_code error;
    const uint64_t size = fs::file_size(path, error);
    if (error || file.written <= file.synced) continue;
    const uint64_t torn = draw() % (file.written - file.synced + 1);
    fs::resize_file(path, std::min(size, file.synced + torn), error);
    if (torn == 0 || draw() % 2 == 0) continue;
    // The length was written and the last bytes were not.
    const uint64_t garbage = 1 + draw() % std::min<uint64_t>(torn, 512);
    std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(file.synced + torn - garbage));
    for (uint64_t i = 0; i < garbage; ++i) out.put(static_cast<char>(draw()));
  }
  files.clear();
}

namespace {

class WritableFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  WritableFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path, std::shared_ptr<FaultyDisk::Impl> disk)
      : FSWritableFileOwnerWrapper(std::move(file)), path_(std::move(path)), disk_(std::move(disk)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(disk_->mutex);
    size_t admitted = 0;
    const IOStatus said = disk_->Admit(data.size(), &admitted);
    const IOStatus written = FSWritableFileOwnerWrapper::Append(Slice(data.data(), admitted), options, debug);
    disk_->files[path_].written += admitted;
    return said.ok() ? written : said;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Truncate(uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    auto& file = disk_->files[path_];
    file.written = size;
    file.synced = std::min(file.synced, size);
    return FSWritableFileOwnerWrapper::Truncate(size, options, debug);
  }
  IOStatus Sync(const IOOptions&, IODebugContext*) override {
    std::unique_lock lock(disk_->mutex);
    disk_->released.wait(lock, [this] { return !disk_->hold_syncs; });
    return disk_->Sync(path_);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

 private:
  const std::string path_;
  const std::shared_ptr<FaultyDisk::Impl> disk_;
};

// What every kind of read goes through.
IOStatus AfterRead(FaultyDisk::Impl& disk, const std::string& path, uint64_t offset, IOStatus status, Slice* result, char* scratch) {
  constexpr uint64_t kSectorBytes = 4096;
  const std::lock_guard lock(disk.mutex);
  if (disk.fail_reads) return Broken("read");
  if (!status.ok() || disk.flip_one_in == 0) return status;
  const uint64_t end = offset + result->size();
  for (uint64_t sector = offset / kSectorBytes; sector * kSectorBytes < end; ++sector) {
    std::mt19937_64 draw(disk.flip_salt ^ std::hash<std::string>()(path) ^ sector);
    const uint64_t at = sector * kSectorBytes + draw() % kSectorBytes, bit = draw() % 8;
    if (draw() % disk.flip_one_in != 0 || at < offset || at >= end) continue;
    if (result->data() != scratch) std::copy_n(result->data(), result->size(), scratch);
    scratch[at - offset] ^= static_cast<char>(1 << bit);
    *result = Slice(scratch, result->size());
  }
  return status;
}

class SequentialFile final : public rocksdb::FSSequentialFileOwnerWrapper {
 public:
  SequentialFile(std::unique_ptr<rocksdb::FSSequentialFile> file, std::string path, std::shared_ptr<FaultyDisk::Impl> disk)
      : FSSequentialFileOwnerWrapper(std::move(file)), path_(std::move(path)), disk_(std::move(disk)) {}
  IOStatus Read(size_t n, const IOOptions& options, Slice* result, char* scratch, IODebugContext* debug) override {
    const IOStatus read = FSSequentialFileOwnerWrapper::Read(n, options, result, scratch, debug);
    const uint64_t offset = std::exchange(position_, position_ + result->size());
    return AfterRead(*disk_, path_, offset, read, result, scratch);
  }
  IOStatus Skip(uint64_t n) override {
    position_ += n;
    return FSSequentialFileOwnerWrapper::Skip(n);
  }

 private:
  const std::string path_;
  uint64_t position_ = 0;
  const std::shared_ptr<FaultyDisk::Impl> disk_;
};

class RandomAccessFile final : public rocksdb::FSRandomAccessFileOwnerWrapper {
 public:
  RandomAccessFile(std::unique_ptr<rocksdb::FSRandomAccessFile> file, std::string path, std::shared_ptr<FaultyDisk::Impl> disk)
      : FSRandomAccessFileOwnerWrapper(std::move(file)), path_(std::move(path)), disk_(std::move(disk)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions& options, Slice* result, char* scratch, IODebugContext* debug) const override {
    return AfterRead(*disk_, path_, offset, FSRandomAccessFileOwnerWrapper::Read(offset, n, options, result, scratch, debug), result,
                     scratch);
  }
  // As single reads, so that they go through the one above.
  IOStatus MultiRead(rocksdb::FSReadRequest* requests, size_t count, const IOOptions& options, IODebugContext* debug) override {
    // NOLINTNEXTLINE(bugprone-parent-virtual-call): the wrapper's own goes past Read.
    return FSRandomAccessFile::MultiRead(requests, count, options, debug);
  }

 private:
  const std::string path_;
  const std::shared_ptr<FaultyDisk::Impl> disk_;
};

class Directory final : public rocksdb::FSDirectoryWrapper {
 public:
  Directory(std::unique_ptr<rocksdb::FSDirectory> directory, std::string path, std::shared_ptr<FaultyDisk::Impl> disk)
      : FSDirectoryWrapper(std::move(directory)), path_(std::move(path)), disk_(std::move(disk)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    if (disk_->fail_syncs) return Broken("fsync");
    disk_->names.erase(path_);
    return IOStatus::OK();
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug, const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  const std::string path_;
  const std::shared_ptr<FaultyDisk::Impl> disk_;
};

class FaultyFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FaultyFileSystem(std::shared_ptr<FaultyDisk::Impl> disk) : FileSystemWrapper(FileSystem::Default()), disk_(std::move(disk)) {}
  const char* Name() const override { return "FaultyFileSystem"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSSequentialFile>* file,
                             IODebugContext* debug) override {
    IOStatus opened = FileSystemWrapper::NewSequentialFile(path, options, file, debug);
    if (opened.ok()) *file = std::make_unique<SequentialFile>(std::move(*file), path, disk_);
    return opened;
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSRandomAccessFile>* file,
                               IODebugContext* debug) override {
    IOStatus opened = FileSystemWrapper::NewRandomAccessFile(path, options, file, debug);
    if (opened.ok()) *file = std::make_unique<RandomAccessFile>(std::move(*file), path, disk_);
    return opened;
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    if (disk_->room && *disk_->room == 0) return NoRoom();
    IOStatus opened = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (!opened.ok()) return opened;
    disk_->files[path] = {};
    disk_->Note(path, [path] { Remove(path); });
    *file = std::make_unique<WritableFile>(std::move(*file), path, disk_);
    return opened;
  }
  // Of a file taken over from a checkpoint, to fsync it.
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options, std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* debug) override {
    IOStatus opened = FileSystemWrapper::ReopenWritableFile(path, options, file, debug);
    if (opened.ok()) *file = std::make_unique<WritableFile>(std::move(*file), path, disk_);
    return opened;
  }
  // Not done by RocksDB as it is set up here.
  IOStatus ReuseWritableFile(const std::string&, const std::string&, const FileOptions&, std::unique_ptr<rocksdb::FSWritableFile>*,
                             IODebugContext*) override {
    return IOStatus::NotSupported();
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* directory,
                        IODebugContext* debug) override {
    IOStatus opened = FileSystemWrapper::NewDirectory(path, options, directory, debug);
    if (opened.ok()) *directory = std::make_unique<Directory>(std::move(*directory), path, disk_);
    return opened;
  }
  IOStatus DeleteFile(const std::string& path, const IOOptions&, IODebugContext*) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    if (!fs::exists(path)) return IOStatus::NotFound(path);
    std::string grave = disk_->Bury(path);
    disk_->Note(path, [path, grave] { Rename(grave, path); });
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    std::string grave = fs::exists(to) ? disk_->Bury(to) : "";
    IOStatus renamed = FileSystemWrapper::RenameFile(from, to, options, debug);
    if (!renamed.ok()) return renamed;
    disk_->files[to] = disk_->files[from];
    disk_->files.erase(from);
    disk_->Note(to, [disk = disk_.get(), from, to, grave] {
      Rename(to, from);
      disk->files[from] = disk->files[to];
      disk->files.erase(to);
      if (!grave.empty()) Rename(grave, to);
    });
    return renamed;
  }
  IOStatus LinkFile(const std::string& from, const std::string& to, const IOOptions& options, IODebugContext* debug) override {
    const std::lock_guard lock(disk_->mutex);
    if (IOStatus step = disk_->Step(); !step.ok()) return step;
    IOStatus linked = FileSystemWrapper::LinkFile(from, to, options, debug);
    if (!linked.ok()) return linked;
    disk_->files[to] = disk_->files[from];
    disk_->Note(to, [path = to] { Remove(path); });
    return linked;
  }
  IOStatus GetFreeSpace(const std::string& path, const IOOptions& options, uint64_t* bytes, IODebugContext* debug) override {
    IOStatus known = FileSystemWrapper::GetFreeSpace(path, options, bytes, debug);
    const std::lock_guard lock(disk_->mutex);
    if (disk_->room) *bytes = *disk_->room;
    return known;
  }

 private:
  const std::shared_ptr<FaultyDisk::Impl> disk_;
};

}  // namespace

FaultyDisk::FaultyDisk(uint64_t seed) : impl_(std::make_shared<Impl>(seed)) {
  impl_->environment = rocksdb::NewCompositeEnv(std::make_shared<FaultyFileSystem>(impl_));
}
FaultyDisk::~FaultyDisk() {
  // The file system holds the state: the circle ends here.
  const std::unique_ptr<rocksdb::Env> environment = std::move(impl_->environment);
}
rocksdb::Env* FaultyDisk::env() const { return impl_->environment.get(); }

void FaultyDisk::LimitRoom(std::optional<uint64_t> bytes) { impl_->Set(impl_->room, bytes); }
void FaultyDisk::FailWrites(bool fail) { impl_->Set(impl_->fail_writes, fail); }
void FaultyDisk::FailSyncs(bool fail) { impl_->Set(impl_->fail_syncs, fail); }
void FaultyDisk::FailReads(bool fail) { impl_->Set(impl_->fail_reads, fail); }
void FaultyDisk::HoldSyncs(bool hold) {
  impl_->Set(impl_->hold_syncs, hold);
  impl_->released.notify_all();
}
void FaultyDisk::FlipBits(uint64_t one_in) {
  const std::lock_guard lock(impl_->mutex);
  impl_->flip_one_in = one_in;
  impl_->flip_salt = impl_->draw();
}
void FaultyDisk::CutPowerAfter(uint64_t operations) { impl_->Set(impl_->operations_left, operations); }
bool FaultyDisk::is_dark() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->dark;
}
void FaultyDisk::RestorePower() {
  const std::lock_guard lock(impl_->mutex);
  impl_->LoseNames();
  impl_->LoseBytes();
  impl_->room = impl_->operations_left = std::nullopt;
  impl_->flip_one_in = 0;
  impl_->fail_writes = impl_->fail_syncs = impl_->fail_reads = impl_->dark = false;
}

}  // namespace guanxi::store
