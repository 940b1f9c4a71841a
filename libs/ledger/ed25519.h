// Ed25519 (RFC 8032) keys: a signature over bytes, checked with the public key
// alone. Pure: a new key is made from random bytes that the caller draws.
//
// Keys are values whose copies share the key; safe from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct evp_pkey_st;

namespace guanxi::ledger {

// RFC 8032 §5.1.5: the seed is the private key as it is stored, and random.
inline constexpr size_t kSeedBytes = 32;
inline constexpr size_t kPublicKeyBytes = 32;
inline constexpr size_t kSignatureBytes = 64;

class PublicKey {
 public:
  // INVALID_ARGUMENT unless it has kPublicKeyBytes.
  static absl::StatusOr<PublicKey> FromBytes(std::string_view bytes);
  // "-----BEGIN PUBLIC KEY-----", as `openssl pkey -pubout` writes it. INVALID_ARGUMENT for anything else.
  static absl::StatusOr<PublicKey> FromPem(std::string_view pem);

  std::string Bytes() const;
  std::string Pem() const;
  // False for a signature of a wrong length too. Cost: some 100 us.
  [[nodiscard]] bool Verify(std::string_view bytes, std::string_view signature) const;

 private:
  friend class SigningKey;
  explicit PublicKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

class SigningKey {
 public:
  static SigningKey FromSeed(const std::array<uint8_t, kSeedBytes>& seed);
  // "-----BEGIN PRIVATE KEY-----" (PKCS #8), without a passphrase. INVALID_ARGUMENT for anything else.
  static absl::StatusOr<SigningKey> FromPem(std::string_view pem);

  PublicKey Public() const;
  std::string Pem() const;
  // kSignatureBytes; the same bytes give the same signature. Cost: some 50 us.
  std::string Sign(std::string_view bytes) const;

 private:
  explicit SigningKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace guanxi::ledger
