// The personal part of an event as domain events and view rows carry it: opaque
// there, and with everything that unsealing needs except the account id.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "codec/record.h"

namespace guanxi::codec {

// Whether a part has the sizes of what privacy makes; whether it opens only a key can tell.
bool IsWellFormed(const SealedPartView& part);

// What the sealed part was bound to when it was made (docs/formats/sealed-parts.md).
struct SealedPersonalView {
  uint16_t type = 0;
  std::string_view source;
  std::string_view id;
  SealedPartView part;
};

// type:varint, then source, id, subject, key_id, nonce, ciphertext, each length-prefixed.
std::string EncodeSealedPersonal(const SealedPersonalView& sealed);
// Views into `bytes`. STORE_CORRUPT when they are not what EncodeSealedPersonal wrote.
absl::StatusOr<SealedPersonalView> DecodeSealedPersonal(std::string_view bytes);

}  // namespace guanxi::codec
