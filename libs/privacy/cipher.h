// Internal to privacy: AES-256-GCM with a random nonce, by OpenSSL.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "privacy/key_store.h"

namespace guanxi::privacy {

inline constexpr size_t kNonceBytes = 12;
inline constexpr size_t kTagBytes = 16;

struct Encrypted {
  std::string nonce;
  std::string ciphertext;  // followed by the tag
};

// Nothing when OpenSSL or the random source fails.
std::optional<Encrypted> Encrypt(const SubjectKey& key, std::string_view plaintext, std::string_view associated);
// Nothing when anything was altered or the key is another.
std::optional<std::string> Decrypt(const SubjectKey& key, std::string_view nonce, std::string_view ciphertext, std::string_view associated);

}  // namespace guanxi::privacy
