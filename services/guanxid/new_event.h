// NewEvent -> the record that is submitted, personal parts sealed.
#pragma once

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"
#include "privacy/key_store.h"

namespace guanxi::service {

// Refused here, nothing kept, because it cannot become a record or must not:
//   ACCOUNT_ID_INVALID, EVENT_TYPE_MISSING, OCCURRED_AT_MISSING, OCCURRED_AT_OUT_OF_RANGE
//   CONTROL_TYPE_RESERVED  control types, and ReferralRecorded, which engines tell each other
//   PAYLOAD_UNDECODABLE, FIELD_INVALID, STATE_CONTRADICTED  sealing failed: the
//                          bytes may hold personal data in clear, or the person was erased
// Keys may have been made: see NewestKeyOf.
absl::StatusOr<codec::Record> RecordFrom(const v1::NewEvent& event, privacy::KeyStore& keys);

// Moves the personal fields of a record's payload into a sealed part. FIELD_INVALID,
// STATE_CONTRADICTED, PAYLOAD_UNDECODABLE as above; keys as above.
absl::Status SealPersonalParts(codec::Record& record, privacy::KeyStore& keys);

// The number of the newest key that the record's sealed parts need, which is to be
// durable (KeyStore::WhenDurable) before the record is submitted. 0: none is needed.
uint64_t NewestKeyOf(const codec::Record& record, const privacy::KeyStore& keys);

}  // namespace guanxi::service
