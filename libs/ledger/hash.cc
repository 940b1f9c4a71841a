#include "ledger/hash.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <cstring>

namespace guanxi::ledger {
namespace {

// SHA-256 of memory fails only when OpenSSL itself is broken or out of memory;
// a wrong hash would poison the log, so nothing goes on.
void Require(int result) {
  if (result != 1) std::abort();
}

}  // namespace

Hash HashFromBytes(std::string_view bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) std::abort();
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::string ToHex(const Hash& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * hash.size());
  for (uint8_t byte : hash) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

void Hasher::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Hasher::Hasher() : context_(EVP_MD_CTX_new()) { Require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr)); }

Hash Hasher::Empty() { return Digest({}, {}); }

Hash Hasher::Leaf(std::string_view record) { return Digest(std::string_view("\x00", 1), record); }

Hash Hasher::Node(const Hash& left, const Hash& right) {
  std::array<char, 1 + 2 * kHashBytes> input;
  input[0] = 1;
  std::memcpy(input.data() + 1, left.data(), kHashBytes);
  std::memcpy(input.data() + 1 + kHashBytes, right.data(), kHashBytes);
  return Digest({}, std::string_view(input.data(), input.size()));
}

Hash Hasher::Digest(std::string_view first, std::string_view second) {
  Hash hash;
  EVP_MD_CTX* const context = context_.get();
  // Without a type the context is reset and keeps its SHA-256: several times cheaper than naming it again.
  Require(EVP_DigestInit_ex(context, nullptr, nullptr));
  if (!first.empty()) Require(EVP_DigestUpdate(context, first.data(), first.size()));
  if (!second.empty()) Require(EVP_DigestUpdate(context, second.data(), second.size()));
  Require(EVP_DigestFinal_ex(context, hash.data(), nullptr));
  return hash;
}

}  // namespace guanxi::ledger
