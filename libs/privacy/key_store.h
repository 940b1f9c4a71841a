// privacy: personal data is encrypted per person before it reaches the log;
// destroying a person's key erases it everywhere, copies and backups included.
// Knows event messages and keys; not records, stores or the network.
//
// This header: where the keys live — a file of their own outside the store
// (docs/adr/0003-keys-outside-the-store.md, docs/formats/sealed-parts.md).
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace guanxi::privacy {

inline constexpr size_t kSubjectHashBytes = 32;
inline constexpr size_t kKeyIdBytes = 16;
inline constexpr size_t kKeyBytes = 32;

// SHA-256(account id || '\n' || subject): the file of keys names nobody.
using SubjectHash = std::array<uint8_t, kSubjectHashBytes>;
SubjectHash HashOfSubject(std::string_view account_id, std::string_view subject);

struct SubjectKey {
  std::array<uint8_t, kKeyIdBytes> id{};  // random; stored beside what the key encrypted
  std::array<uint8_t, kKeyBytes> key{};   // AES-256
};

// All keys of a data directory, in memory and in DIRECTORY/subject-keys (mode
// 0600, directory 0700). Thread-safe. One process at a time: the data
// directory's lock sees to that. Memory: some 150 bytes per person.
//
// A disk that hangs holds up who asked for a new key to be durable, or for one to
// be destroyed, and nobody else: a thread of its own writes.
class KeyStore {
 public:
  // Creates the directory and the file when missing. A torn tail (a crash while
  // keys were written, before Sync: nothing uses them) is cut off.
  // STORE_CORRUPT for damage anywhere else, STORE_FAILED when the disk fails.
  static absl::StatusOr<std::unique_ptr<KeyStore>> Open(const std::filesystem::path& directory);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  std::optional<SubjectKey> Find(const SubjectHash& subject) const;
  // Whether the person's key was destroyed.
  bool IsErased(const SubjectHash& subject) const;

  // The person's key, made from the system's random source at first need. A
  // person whose key was destroyed gets no second one: STATE_CONTRADICTED.
  //
  // A new key is in memory only: it is to be DURABLE before anything that was
  // encrypted with it is committed, by whomever (WhenDurable). Does not wait for
  // the disk. While the disk fails, so many keys may wait for it; then new ones are
  // refused as it refused the last (DISK_FULL, STORE_FAILED).
  absl::StatusOr<SubjectKey> FindOrCreate(const SubjectHash& subject);
  // Keys are numbered in the order they are made. 0: none there, or one that the file held when it was opened.
  uint64_t NumberOf(const SubjectHash& subject) const;

  using Done = std::function<void(const absl::Status&)>;
  // `done` runs once the keys up to `number` are on disk: at once, on this thread,
  // when they are; else on the store's thread, where it must not block. DISK_FULL or
  // STORE_FAILED: they may not be; to be asked again. One fsync serves all who wait.
  void WhenDurable(uint64_t number, Done done);
  // The same for all keys made so far, waiting.
  absl::Status Sync();

  // Destroys the person's key for good: when it answers OK, the file has been
  // rewritten without it and is on disk, and the old file's bytes are
  // overwritten as far as the file system allows. Answers whether there was a
  // key; the person is remembered as erased either way. Cost: rewrites the file.
  absl::StatusOr<bool> Destroy(const SubjectHash& subject);

 private:
  // key is empty for a person who was erased.
  struct Entry {
    std::optional<SubjectKey> key;
    uint64_t number = 0;
  };
  using Entries = std::map<SubjectHash, Entry>;
  struct Waiting {
    uint64_t number;
    Done done;
  };

  explicit KeyStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path File() const { return directory_ / "subject-keys"; }
  absl::Status Load();
  // The thread: writes whenever somebody waits.
  void Run();
  // Brings all keys made so far to disk; the next three hold the file.
  absl::Status Write();
  absl::Status WriteNew();
  // A whole new file of what memory holds; `erased`, which may be nullptr, as one without a key.
  absl::Status Rewrite(const SubjectHash* erased);
  absl::Status ReplaceFile(const Entries& entries);
  void SetDurable(uint64_t number);

  const std::filesystem::path directory_;

  // Held while the file is written and synced. Taken before the other mutex.
  std::mutex file_mutex_;
  int fd_ = -1;
  // Set when an append or fsync failed: what the file holds at its end is unknown until it is rewritten.
  bool broken_ = false;

  // Never held over a call of the disk: reads of contacts take it.
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  Entries entries_;
  uint64_t made_ = 0, durable_ = 0;     // numbers of keys
  std::vector<SubjectHash> unwritten_;  // whose keys nobody has begun to write
  absl::Status failed_;                 // of the last time of writing
  std::vector<Waiting> waiting_;
  bool write_asked_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace guanxi::privacy
