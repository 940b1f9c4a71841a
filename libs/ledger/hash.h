// ledger: the Merkle tree over a partition's records, its proofs and their
// verification. Pure: knows bytes and sizes, not records, stores or networks.
//
// This header: the two hashes of RFC 6962 §2.1 (the same in RFC 9162), with
// SHA-256: leaf = SHA-256(0x00 || record), node = SHA-256(0x01 || left || right).
// The prefixes keep a node from passing as a leaf.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace guanxi::ledger {

inline constexpr size_t kHashBytes = 32;
using Hash = std::array<uint8_t, kHashBytes>;

inline std::string_view AsBytes(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }
// `bytes` has exactly kHashBytes.
Hash HashFromBytes(std::string_view bytes);
std::string ToHex(const Hash& hash);

// Keeps one OpenSSL context between calls: making one costs more than hashing
// a small record. Not thread-safe; one per writer, reader or proof.
class Hasher {
 public:
  Hasher();
  Hasher(Hasher&&) noexcept = default;
  Hasher& operator=(Hasher&&) noexcept = default;

  // Root of the tree without leaves: SHA-256 of nothing.
  Hash Empty();
  // Leaf hash of a record's stored bytes (docs/formats/record.md).
  Hash Leaf(std::string_view record);
  Hash Node(const Hash& left, const Hash& right);

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  Hash Digest(std::string_view first, std::string_view second);

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace guanxi::ledger
