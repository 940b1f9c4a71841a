// Moves the personal fields of an event message into an encrypted part, and
// back. Which fields are personal is said in the protos, by the options
// `personal` and `personal_subject` (guanxi/event/v1/common.proto). Layout and
// algorithm: docs/formats/sealed-parts.md.
//
// Thread rule: functions without state; safe from any thread.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "privacy/key_store.h"

namespace guanxi::privacy {

// What a sealed part belongs to: authenticated with it, so that it opens in no
// other event.
struct Binding {
  std::string_view account_id;
  std::string_view source;
  std::string_view id;
  uint16_t type = 0;  // event type number
};

// The fields of a record's sealed part.
struct SealedPart {
  std::string subject;     // the value of the personal_subject field
  std::string key_id;      // 16 bytes
  std::string nonce;       // 12 bytes
  std::string ciphertext;  // with the 16-byte tag at its end
};

struct SealedPartView {
  std::string_view subject;
  std::string_view key_id;
  std::string_view nonce;
  std::string_view ciphertext;
};

// Whether messages of this type ("guanxi.event.v1.ContactAdded") have personal
// fields. A look-up in a small table: cheap enough for every event.
bool HasPersonalFields(std::string_view full_type_name);

// Seals the personal fields that are set, and clears them. Nothing when none
// is. The key is not durable before keys.Sync() returned. FIELD_INVALID when
// there is personal data and the subject is empty; STATE_CONTRADICTED when the
// person was erased. On failure the message is unchanged.
absl::StatusOr<std::optional<SealedPart>> Seal(const Binding& binding, KeyStore& keys, google::protobuf::Message& message);

enum class Unsealed {
  kRestored,    // the personal fields are back in the message
  kErased,      // the person's key was destroyed: the message stays without them
  kKeyMissing,  // no erasure is known, but the key is not here: data restored without its keys
  kForged,      // does not verify: altered, of another event, or nothing that Seal made
};

// The reverse of Seal. Whoever may produce to a topic may send any part, so one
// that does not open is an answer, not a failure: the message stays as it is.
Unsealed Unseal(const Binding& binding, const SealedPartView& part, const KeyStore& keys, google::protobuf::Message& message);

// The same on the bytes of a guanxi.event.v1 message, for callers that do not
// have it parsed. Types without personal fields pass untouched and unparsed.
// PAYLOAD_UNDECODABLE when the bytes of a type with personal fields do not
// parse: such bytes may hold anything and must not be stored, not even parked.
absl::StatusOr<std::optional<SealedPart>> SealPayload(std::string_view full_type_name, const Binding& binding, KeyStore& keys,
                                                      std::string& payload);
// kForged, too, when the type has no personal fields, or the payload does not parse.
Unsealed UnsealPayload(std::string_view full_type_name, const Binding& binding, const SealedPartView& part, const KeyStore& keys,
                       std::string& payload);

}  // namespace guanxi::privacy
