#include "codec/sealed_personal.h"

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::codec {

bool IsWellFormed(const SealedPartView& part) {
  constexpr size_t kKeyIdBytes = 16, kNonceBytes = 12, kTagBytes = 16;
  return part.key_id.size() == kKeyIdBytes && part.nonce.size() == kNonceBytes && part.ciphertext.size() >= kTagBytes;
}

std::string EncodeSealedPersonal(const SealedPersonalView& sealed) {
  std::string bytes;
  PutVarint(bytes, sealed.type);
  for (std::string_view text :
       {sealed.source, sealed.id, sealed.part.subject, sealed.part.key_id, sealed.part.nonce, sealed.part.ciphertext}) {
    PutLengthPrefixed(bytes, text);
  }
  return bytes;
}

absl::StatusOr<SealedPersonalView> DecodeSealedPersonal(std::string_view bytes) {
  ByteReader reader(bytes);
  SealedPersonalView sealed;
  const uint64_t type = reader.Varint();
  sealed.type = static_cast<uint16_t>(type);
  sealed.source = reader.LengthPrefixed();
  sealed.id = reader.LengthPrefixed();
  sealed.part.subject = reader.LengthPrefixed();
  sealed.part.key_id = reader.LengthPrefixed();
  sealed.part.nonce = reader.LengthPrefixed();
  sealed.part.ciphertext = reader.LengthPrefixed();
  if (!reader.ok() || !reader.AtEnd() || type > UINT16_MAX) {
    return Refuse(Reason::STORE_CORRUPT, "sealed personal part: lengths do not add up", {{"what", "sealed personal part"}});
  }
  return sealed;
}

}  // namespace guanxi::codec
