#include "partition/submission_coding.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::partition {
namespace {

constexpr uint8_t kVersion = 1;

// Bits of the flags. Persistent: never reused. A reader refuses others.
constexpr uint64_t kStrict = 0x01;
constexpr uint64_t kHasExpectedVersion = 0x02;
constexpr uint64_t kInternal = 0x04;
constexpr uint64_t kKnownFlags = kStrict | kHasExpectedVersion | kInternal;

absl::Status Unreadable(const char* why) { return Refuse(Reason::MESSAGE_UNREADABLE, why, {{"why", why}}); }

absl::Status CheckAccounts(const Submission& submission) {
  const std::string& account = submission.events.front().account_id;
  const bool one = std::all_of(submission.events.begin(), submission.events.end(),
                               [&](const codec::Record& record) { return record.account_id == account; });
  if (!one) return Unreadable("the submission is of several accounts");
  if (account.empty() && submission.events.size() > 1) return Unreadable("the submission has several control records");
  return absl::OkStatus();
}

}  // namespace

std::string EncodeSubmission(const Submission& submission) {
  std::string bytes(1, static_cast<char>(kVersion));
  PutVarint(bytes, (submission.strict ? kStrict : 0) | (submission.expected_version ? kHasExpectedVersion : 0) |
                       (submission.internal ? kInternal : 0));
  if (submission.expected_version) PutVarint(bytes, *submission.expected_version);
  PutVarint(bytes, submission.events.size());
  for (const codec::Record& record : submission.events) {
    codec::RecordView view = record.View();
    view.recorded_at = {}, view.account_version = 0, view.park_reason = 0;
    PutLengthPrefixed(bytes, codec::EncodeRecord(view));
  }
  return bytes;
}

absl::StatusOr<Submission> DecodeSubmission(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.LittleEndian<uint8_t>() != kVersion) return Unreadable("the submission is of another version");
  const uint64_t flags = in.Varint();
  if ((flags & ~kKnownFlags) != 0) return Unreadable("the submission has unknown flags");
  Submission submission;
  submission.strict = (flags & kStrict) != 0;
  submission.internal = (flags & kInternal) != 0;
  if ((flags & kHasExpectedVersion) != 0) submission.expected_version = in.Varint();
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    const auto record = codec::DecodeRecord(in.LengthPrefixed());
    if (!record.ok()) return Unreadable("the submission holds something else than records");
    if (record->parked() || record->account_version != 0) return Unreadable("the submission holds a record of a log");
    submission.events.push_back(codec::Record::CopyOf(*record));
  }
  if (!in.ok() || !in.AtEnd()) return Unreadable("the submission is cut short, or something follows it");
  if (submission.events.empty()) return Unreadable("the submission is empty");
  if (absl::Status accounts = CheckAccounts(submission); !accounts.ok()) return accounts;
  return submission;
}

}  // namespace guanxi::partition
