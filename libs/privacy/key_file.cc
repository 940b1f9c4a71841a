#include "privacy/key_file.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>

#include "base/reason.h"

namespace guanxi::privacy {
namespace {

template <size_t kSize>
void Put(std::string& out, const std::array<uint8_t, kSize>& bytes) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

template <size_t kSize>
void Take(std::string_view& bytes, std::array<uint8_t, kSize>& out) {
  std::memcpy(out.data(), bytes.data(), kSize);
  bytes.remove_prefix(kSize);
}

std::string ChecksumOf(std::string_view bytes) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<const char*>(digest), kKeyEntryChecksumBytes);
}

// `bytes` has kKeyEntryBytes.
std::optional<KeyEntry> ParseEntry(std::string_view bytes) {
  const std::string_view body = bytes.substr(0, kKeyEntryBytes - kKeyEntryChecksumBytes);
  if (bytes.substr(body.size()) != ChecksumOf(body)) return std::nullopt;
  KeyEntry entry;
  entry.kind = static_cast<KeyEntryKind>(bytes[0]);
  if (entry.kind != KeyEntryKind::kKey && entry.kind != KeyEntryKind::kErased) return std::nullopt;
  bytes.remove_prefix(1);
  Take(bytes, entry.subject);
  Take(bytes, entry.key.id);
  Take(bytes, entry.key.key);
  return entry;
}

absl::Status Corrupt(std::string_view what) {
  return Refuse(Reason::STORE_CORRUPT, "file of keys: " + std::string(what), {{"what", std::string(what)}});
}

}  // namespace

std::string EncodeKeyEntry(const KeyEntry& entry) {
  std::string bytes;
  bytes += static_cast<char>(entry.kind);
  Put(bytes, entry.subject);
  Put(bytes, entry.key.id);
  Put(bytes, entry.key.key);
  bytes += ChecksumOf(bytes);
  return bytes;
}

absl::StatusOr<KeyFileContent> ParseKeyFile(std::string_view bytes) {
  // A crash while the file was created leaves a part of the magic.
  if (kKeyFileMagic.starts_with(bytes) && bytes.size() < kKeyFileMagic.size()) return KeyFileContent{};
  if (!bytes.starts_with(kKeyFileMagic)) return Corrupt("not a file of keys, or of a newer version");
  KeyFileContent content{.bytes_valid = kKeyFileMagic.size()};
  bool torn = false;
  for (size_t at = content.bytes_valid; bytes.size() - at >= kKeyEntryBytes; at += kKeyEntryBytes) {
    const std::optional<KeyEntry> entry = ParseEntry(bytes.substr(at, kKeyEntryBytes));
    if (entry && torn) return Corrupt("an entry does not verify");
    torn = !entry.has_value() || torn;
    if (torn) continue;
    content.entries.push_back(*entry);
    content.bytes_valid = at + kKeyEntryBytes;
  }
  return content;
}

}  // namespace guanxi::privacy
