// What one account tells another: the record that arrives in the other
// partition's log. The id is origin + type, so delivering it twice is harmless.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "relations/fold.h"

namespace guanxi::codec {

inline constexpr std::string_view kOutboxSource = "urn:guanxi:outbox";

// Stored bytes of the record (record.h); recorded_at and account_version are 0.
// The position of the cause differs between replicas of a restored log, so the
// id names the cause's account and the referral instead.
std::string EncodeOutboxRecord(const relations::OutboxMessage& message, const AccountId& from);

}  // namespace guanxi::codec
