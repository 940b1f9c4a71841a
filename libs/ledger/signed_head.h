// A tree head that somebody stands by. What is signed is a text
// (docs/formats/signed-head.md), so that any Ed25519 tool can check it:
//
//   guanxi/LOG_EPOCH/PARTITION
//   TREE_SIZE
//   ROOT in base64
//   signed_at MICROSECONDS
//
// Pure: the time of signing is given, not read.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "ledger/ed25519.h"
#include "ledger/hash.h"

namespace guanxi::ledger {

struct TreeHead {
  // Of the cluster, anew after a restore to a point in time: 1 or more of the characters 0-9 a-z A-Z - _.
  std::string log_epoch;
  uint32_t partition = 0;
  uint64_t size = 0;
  Hash root{};
  Timestamp signed_at;
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// Each head has one text, and each text is of one head.
std::string SignedText(const TreeHead& head);

// kSignatureBytes.
std::string SignHead(const SigningKey& key, const TreeHead& head);
// Whether the holder of the key signed exactly this head; false for a log_epoch
// of other characters, whose text could be read in two ways.
[[nodiscard]] bool VerifyHead(const PublicKey& key, const TreeHead& head, std::string_view signature);

}  // namespace guanxi::ledger
