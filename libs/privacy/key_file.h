// Internal to privacy: the bytes of the file of keys (docs/formats/sealed-parts.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "privacy/key_store.h"

namespace guanxi::privacy {

inline constexpr std::string_view kKeyFileMagic = "guanxi-keys 1\n";

// Persistent.
enum class KeyEntryKind : uint8_t { kKey = 1, kErased = 2 };

struct KeyEntry {
  KeyEntryKind kind = KeyEntryKind::kKey;
  SubjectHash subject{};
  SubjectKey key{};  // all zero for kErased
};

inline constexpr size_t kKeyEntryChecksumBytes = 8;
inline constexpr size_t kKeyEntryBytes = 1 + kSubjectHashBytes + kKeyIdBytes + kKeyBytes + kKeyEntryChecksumBytes;

std::string EncodeKeyEntry(const KeyEntry& entry);

struct KeyFileContent {
  std::vector<KeyEntry> entries;
  // How much of the file is good; less than its size when the last entries are torn.
  size_t bytes_valid = 0;
};

// Damaged entries with no good one after them are a torn tail: a crash before
// Sync, nothing uses those keys. STORE_CORRUPT when the magic is damaged, or an
// entry with a good one after it.
absl::StatusOr<KeyFileContent> ParseKeyFile(std::string_view bytes);

}  // namespace guanxi::privacy
