#include "privacy/key_store.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <utility>

#include "base/reason.h"
#include "privacy/key_file.h"

namespace guanxi::privacy {
namespace {

// Made while the disk fails: who comes then is told so. A store's thread tries again meanwhile.
constexpr uint64_t kUnsyncedMax = 4096;

absl::Status DiskFailed(std::string_view what) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  ReasonMetadata metadata{{"what", std::string(what)}};
  if (full) metadata.emplace("retry_after_ms", "1000");
  return Refuse(full ? Reason::DISK_FULL : Reason::STORE_FAILED, "file of keys: " + std::string(what) + ": " + std::strerror(errno),
                std::move(metadata));
}

absl::Status WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return DiskFailed("write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string bytes;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return DiskFailed("read");
    if (size == 0) break;
    bytes.append(buffer, static_cast<size_t>(size));
  }
  OPENSSL_cleanse(buffer, sizeof buffer);
  return bytes;
}

absl::Status SyncDirectory(const std::filesystem::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return DiskFailed("open directory");
  const int result = ::fsync(fd);
  ::close(fd);
  return result == 0 ? absl::OkStatus() : DiskFailed("fsync directory");
}

// Best effort: a file system that copies on write, or flash, may keep the old blocks.
void Overwrite(int fd) {
  struct stat stat;
  if (::fstat(fd, &stat) != 0) return;
  const std::string zeros(static_cast<size_t>(stat.st_size), '\0');
  // The old file was opened for appending; without clearing that, pwrite would append.
  if (::fcntl(fd, F_SETFL, 0) == 0 && ::pwrite(fd, zeros.data(), zeros.size(), 0) >= 0) ::fdatasync(fd);
}

absl::StatusOr<SubjectKey> RandomKey() {
  SubjectKey key;
  if (RAND_bytes(key.id.data(), key.id.size()) != 1 || RAND_priv_bytes(key.key.data(), key.key.size()) != 1) {
    return Refuse(Reason::STORE_FAILED, "the system's random source failed", {{"what", "random"}});
  }
  return key;
}

}  // namespace

SubjectHash HashOfSubject(std::string_view account_id, std::string_view subject) {
  std::string name(account_id);
  name += '\n';
  name += subject;
  SubjectHash hash;
  SHA256(reinterpret_cast<const uint8_t*>(name.data()), name.size(), hash.data());
  return hash;
}

absl::StatusOr<std::unique_ptr<KeyStore>> KeyStore::Open(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::create_directories(directory, error); error) {
    errno = error.value();
    return DiskFailed("create directory");
  }
  if (::chmod(directory.c_str(), 0700) != 0) return DiskFailed("chmod directory");
  auto store = std::unique_ptr<KeyStore>(new KeyStore(directory));
  if (absl::Status loaded = store->Load(); !loaded.ok()) return loaded;
  store->thread_ = std::thread([self = store.get()] { self->Run(); });
  return store;
}

KeyStore::~KeyStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (auto& [subject, entry] : entries_) {
    if (entry.key) OPENSSL_cleanse(entry.key->key.data(), entry.key->key.size());
  }
  if (fd_ >= 0) ::close(fd_);
}

std::optional<SubjectKey> KeyStore::Find(const SubjectHash& subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(subject);
  return found == entries_.end() ? std::nullopt : found->second.key;
}

bool KeyStore::IsErased(const SubjectHash& subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(subject);
  return found != entries_.end() && !found->second.key;
}

uint64_t KeyStore::NumberOf(const SubjectHash& subject) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(subject);
  return found == entries_.end() ? 0 : found->second.number;
}

absl::StatusOr<SubjectKey> KeyStore::FindOrCreate(const SubjectHash& subject) {
  const std::lock_guard lock(mutex_);
  if (const auto found = entries_.find(subject); found != entries_.end()) {
    if (found->second.key) return *found->second.key;
    return Refuse(Reason::STATE_CONTRADICTED, "the person's data were erased; their id gets no second key", {{"what", "erased"}});
  }
  if (!failed_.ok() && made_ - durable_ >= kUnsyncedMax) {
    write_asked_ = true;
    wake_.notify_one();
    return failed_;
  }
  absl::StatusOr<SubjectKey> key = RandomKey();
  if (!key.ok()) return key;
  entries_[subject] = {*key, ++made_};
  unwritten_.push_back(subject);
  return key;
}

void KeyStore::WhenDurable(uint64_t number, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (number > durable_) {
      waiting_.push_back({number, std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done(absl::OkStatus());
}

absl::Status KeyStore::Sync() {
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = made_;
  }
  std::promise<absl::Status> synced;
  WhenDurable(number, [&](const absl::Status& status) { synced.set_value(status); });
  return synced.get_future().get();
}

void KeyStore::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return !waiting_.empty() || write_asked_ || stopping_; });
    if (waiting_.empty() && !write_asked_) return;
    write_asked_ = false;
    std::vector<Waiting> waiting = std::exchange(waiting_, {});
    lock.unlock();
    const absl::Status written = Write();
    for (Waiting& one : waiting) one.done(written);
    waiting.clear();
    lock.lock();
  }
}

absl::Status KeyStore::Write() {
  const std::lock_guard file_lock(file_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (made_ == durable_) return absl::OkStatus();
  }
  absl::Status written = broken_ ? Rewrite(nullptr) : WriteNew();
  const std::lock_guard lock(mutex_);
  return failed_ = std::move(written);
}

absl::Status KeyStore::WriteNew() {
  std::string bytes;
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = made_;
    for (const SubjectHash& subject : std::exchange(unwritten_, {}))
      if (const auto& key = entries_[subject].key) bytes += EncodeKeyEntry({KeyEntryKind::kKey, subject, *key});
  }
  absl::Status written = WriteAll(fd_, bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  if (written.ok() && ::fdatasync(fd_) != 0) written = DiskFailed("fsync");
  // The kernel may have dropped the pages: the next fsync would wrongly succeed.
  broken_ = !written.ok();
  if (written.ok()) SetDurable(number);
  return written;
}

void KeyStore::SetDurable(uint64_t number) {
  const std::lock_guard lock(mutex_);
  durable_ = std::max(durable_, number);
}

absl::StatusOr<bool> KeyStore::Destroy(const SubjectHash& subject) {
  const std::lock_guard file_lock(file_mutex_);
  // On failure it is still on disk, so still there: the caller tries again.
  if (absl::Status rewritten = Rewrite(&subject); !rewritten.ok()) return rewritten;
  const std::lock_guard lock(mutex_);
  std::optional<SubjectKey> key = std::exchange(entries_[subject], {}).key;
  if (key) OPENSSL_cleanse(key->key.data(), key->key.size());
  return key.has_value();
}

absl::Status KeyStore::Load() {
  fd_ = ::open(File().c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) return DiskFailed("open");
  if (::fchmod(fd_, 0600) != 0) return DiskFailed("chmod");
  absl::StatusOr<std::string> bytes = ReadAll(fd_);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<KeyFileContent> content = ParseKeyFile(*bytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  if (!content.ok()) return content.status();
  for (const KeyEntry& entry : content->entries) {
    entries_[entry.subject].key = entry.kind == KeyEntryKind::kKey ? std::optional(entry.key) : std::nullopt;
  }
  if (::ftruncate(fd_, static_cast<off_t>(content->bytes_valid)) != 0) return DiskFailed("truncate");
  if (content->bytes_valid == 0) {
    if (absl::Status written = WriteAll(fd_, kKeyFileMagic); !written.ok()) return written;
  }
  if (::fsync(fd_) != 0) return DiskFailed("fsync");
  return SyncDirectory(directory_);
}

absl::Status KeyStore::Rewrite(const SubjectHash* erased) {
  Entries entries;
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    entries = entries_;
    number = made_;
    unwritten_.clear();
  }
  if (erased != nullptr) entries[*erased].key.reset();
  const absl::Status replaced = ReplaceFile(entries);
  for (auto& [subject, entry] : entries)
    if (entry.key) OPENSSL_cleanse(entry.key->key.data(), entry.key->key.size());
  broken_ = !replaced.ok();
  if (replaced.ok()) SetDurable(number);
  return replaced;
}

absl::Status KeyStore::ReplaceFile(const Entries& entries) {
  const std::filesystem::path temporary = directory_ / "subject-keys.new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return DiskFailed("open");
  std::string bytes(kKeyFileMagic);
  for (const auto& [subject, entry] : entries) {
    bytes += EncodeKeyEntry({entry.key ? KeyEntryKind::kKey : KeyEntryKind::kErased, subject, entry.key.value_or(SubjectKey{})});
  }
  absl::Status written = WriteAll(fd, bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  if (written.ok() && ::fsync(fd) != 0) written = DiskFailed("fsync");
  if (written.ok() && ::rename(temporary.c_str(), File().c_str()) != 0) written = DiskFailed("rename");
  if (!written.ok()) {
    ::close(fd);
    ::unlink(temporary.c_str());
    return written;
  }
  // Until the directory is synced, a crash may bring the old file back.
  const absl::Status durable = SyncDirectory(directory_);
  if (durable.ok()) Overwrite(fd_);
  ::close(fd_);
  fd_ = fd;
  return durable;
}

}  // namespace guanxi::privacy
