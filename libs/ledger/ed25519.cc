#include "ledger/ed25519.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdlib>

namespace guanxi::ledger {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// What only fails when OpenSSL itself is broken or out of memory.
void Require(bool done) {
  if (!done) std::abort();
}

const uint8_t* In(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

Key Owned(EVP_PKEY* key) { return Key(key, EVP_PKEY_free); }

// A file that wants a passphrase is refused, not asked about at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

template <class Read>
absl::StatusOr<Key> ReadPem(std::string_view pem, Read read, const char* what) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key = Owned(read(bio.get(), nullptr, NoPassphrase, nullptr));
  if (key == nullptr || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) return absl::InvalidArgumentError(what);
  return key;
}

template <class Write>
std::string WritePem(Write write) {
  const Bio bio(BIO_new(BIO_s_mem()));
  Require(write(bio.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

}  // namespace

absl::StatusOr<PublicKey> PublicKey::FromBytes(std::string_view bytes) {
  if (bytes.size() != kPublicKeyBytes) return absl::InvalidArgumentError("an Ed25519 public key has 32 bytes");
  Key key = Owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, In(bytes), bytes.size()));
  Require(key != nullptr);
  return PublicKey(std::move(key));
}

absl::StatusOr<PublicKey> PublicKey::FromPem(std::string_view pem) {
  absl::StatusOr<Key> key = ReadPem(pem, PEM_read_bio_PUBKEY, "not a PEM file of an Ed25519 public key");
  if (!key.ok()) return key.status();
  return PublicKey(*std::move(key));
}

std::string PublicKey::Bytes() const {
  std::string bytes(kPublicKeyBytes, '\0');
  size_t size = bytes.size();
  Require(EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<uint8_t*>(bytes.data()), &size) == 1);
  return bytes;
}

std::string PublicKey::Pem() const {
  return WritePem([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key_.get()); });
}

bool PublicKey::Verify(std::string_view bytes, std::string_view signature) const {
  const Context context(EVP_MD_CTX_new());
  Require(context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  return EVP_DigestVerify(context.get(), In(signature), signature.size(), In(bytes), bytes.size()) == 1;
}

SigningKey SigningKey::FromSeed(const std::array<uint8_t, kSeedBytes>& seed) {
  Key key = Owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  Require(key != nullptr);
  return SigningKey(std::move(key));
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view pem) {
  absl::StatusOr<Key> key = ReadPem(pem, PEM_read_bio_PrivateKey, "not a PEM file of an Ed25519 private key without passphrase");
  if (!key.ok()) return key.status();
  return SigningKey(*std::move(key));
}

PublicKey SigningKey::Public() const { return PublicKey(key_); }

std::string SigningKey::Pem() const {
  return WritePem([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr); });
}

std::string SigningKey::Sign(std::string_view bytes) const {
  const Context context(EVP_MD_CTX_new());
  Require(context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
  std::string signature(kSignatureBytes, '\0');
  size_t size = signature.size();
  Require(EVP_DigestSign(context.get(), reinterpret_cast<uint8_t*>(signature.data()), &size, In(bytes), bytes.size()) == 1);
  return signature;
}

}  // namespace guanxi::ledger
