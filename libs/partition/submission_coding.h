// A submission as bytes, for a log that is ordered elsewhere: what embedded mode
// queues is produced to the partition's topic and comes back from it. Layout:
// docs/formats/submission.md. Pure.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "partition/submission.h"

namespace guanxi::partition {

inline constexpr std::string_view kSubmissionContentType = "application/vnd.guanxi.submission";

// Without its deadline, and its records without what the writer gives them.
std::string EncodeSubmission(const Submission& submission);
// MESSAGE_UNREADABLE when the bytes are not one submission of one account (or
// one control record). Safe on arbitrary bytes.
absl::StatusOr<Submission> DecodeSubmission(std::string_view bytes);

}  // namespace guanxi::partition
