#include "codec/outbox_record.h"

#include "guanxi/event/v1/relationship.pb.h"
#include "relations/event_type.h"

namespace guanxi::codec {

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
  record.id = from.value.substr(0, 60) + "/" + referral.referral_id.substr(0, 60);
  record.causation_id = std::to_string(message.origin.value);
  record.payload = payload.SerializeAsString();
  return EncodeRecord(record.View());
}

}  // namespace guanxi::codec
