// Whether a record may enter the log at all, by its envelope; its payload is
// judged by EventDecoder (codec/event_decoder.h). Pure. These rules are part of
// the log's definition: the same record is admitted or refused everywhere.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "codec/record.h"

namespace guanxi::codec {

// What may differ between two levels of admission. The log itself says from which
// record on a level is in force (AdmissionRaised); it begins at level 1.
struct AdmissionRules {
  // How far occurred_at may lie after recorded_at, inclusive.
  std::chrono::microseconds future_tolerance = std::chrono::minutes(5);
};

// Of the levels 1, 2 ... that this version knows. What a level says is never
// changed once released, for logs were made by it: other rules are a new row.
std::vector<AdmissionRules> AdmissionLevels();
// ADMISSION_LEVEL_NEWER when it is above `known`, the number of levels known.
absl::Status CheckLevelKnown(uint32_t level, size_t known);

// Checks in this order and answers the first that fails:
//   EVENT_TOO_LARGE           payload > 1 MiB, or everything together > 2 MiB
//   ACCOUNT_ID_INVALID        account id (control records must have none)
//   EVENT_ID_INVALID          id 1-128, source 1-256 bytes of UTF-8
//   EVENT_TYPE_MISSING        neither a type number nor a name
//   FIELD_INVALID             another attribute over its limit (codec/record.h); metadata `field`
//   TEXT_NOT_UTF8             another attribute; metadata `field`
//   OCCURRED_AT_OUT_OF_RANGE  outside the years 1-9999
//   OCCURRED_IN_FUTURE        occurred_at > recorded_at + tolerance
// Cost: one pass over the texts of the envelope; the payload is not read.
absl::Status CheckEnvelope(const RecordView& record, Timestamp recorded_at, const AdmissionRules& rules = {});

// The first of these checks alone: nothing larger is kept, parked or not.
// OK, or EVENT_TOO_LARGE.
absl::Status CheckSize(const RecordView& record);

// 1-128 bytes of UTF-8 without control characters (U+0000-001F, 007F-009F).
bool IsEventId(std::string_view id);
// The same without '/'.
bool IsAccountId(std::string_view id);

bool IsUtf8(std::string_view text);

}  // namespace guanxi::codec
