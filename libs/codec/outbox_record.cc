#include "codec/outbox_record.h"

#include <openssl/sha.h>

#include "absl/strings/escaping.h"
#include "codec/admission.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "relations/event_type.h"

namespace guanxi::codec {
namespace {

// The same referral of the same account always gets the same id, no other one does.
std::string IdOf(const std::string& from, const std::string& referral_id) {
  std::string id = from + "/" + referral_id;
  if (IsEventId(id)) return id;
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(id.data()), id.size(), digest);
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), sizeof digest});
}

}  // namespace

std::string EncodeOutboxRecord(const relations::OutboxMessage& message, const AccountId& from) {
  const auto& referral = std::get<relations::ReferralRecorded>(message.body);
  event::v1::ReferralRecorded payload;
  payload.set_referral_id(referral.referral_id);
  payload.set_referring_account_id(referral.referring_account_id);
  payload.set_referral_class(static_cast<event::v1::ReferralClass>(referral.referral_class));
  Record record;
  record.type = static_cast<uint16_t>(relations::EventType::kReferralRecorded);
  record.occurred_at = message.occurred_at;
  record.account_id = message.to.value;
  record.source = kOutboxSource;
  record.id = IdOf(from.value, referral.referral_id);
  record.causation_id = std::to_string(message.origin.value);
  record.payload = payload.SerializeAsString();
  return EncodeRecord(record.View());
}

}  // namespace guanxi::codec
