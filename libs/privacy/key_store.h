// privacy: personal data is encrypted per person before it reaches the log;
// destroying a person's key erases it everywhere, copies and backups included.
// Knows event messages and keys; not records, stores or the network.
//
// This header: where the keys live — a file of their own outside the store
// (docs/adr/0003-keys-outside-the-store.md, docs/formats/sealed-parts.md).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

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
  // A new key is written but NOT YET DURABLE: call Sync() before anything that
  // was encrypted with it is committed. One Sync per batch, not per key.
  // DISK_FULL and STORE_FAILED refuse this call only: the next one rewrites the
  // file first.
  absl::StatusOr<SubjectKey> FindOrCreate(const SubjectHash& subject);
  // Returns when all keys made so far are on disk. Free when there are no new ones.
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
  };

  explicit KeyStore(std::filesystem::path directory) : directory_(std::move(directory)) {}
  std::filesystem::path File() const { return directory_ / "subject-keys"; }
  absl::Status Load();
  // A whole new file of what memory holds.
  absl::Status Rewrite();

  const std::filesystem::path directory_;
  mutable std::mutex mutex_;
  std::map<SubjectHash, Entry> entries_;
  int fd_ = -1;
  bool unsynced_ = false;
  // Set when an append or fsync failed: what the file holds at its end is unknown until it is rewritten.
  bool broken_ = false;
};

}  // namespace guanxi::privacy
