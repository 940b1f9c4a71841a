// How far a partition has applied its source, the Kafka partition whose records
// it takes in order. Stored in the batch of the records themselves, so that a
// crash leaves both or neither; the only truth about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/time.h"

namespace guanxi::partition {

struct SourceProgress {
  // Which source: "cluster id/topic/partition". Empty: none, the log is written directly.
  std::string identity;
  // What is below it was applied: it is in the log, or was refused for good.
  uint64_t next_offset = 0;
  // The last record applied; read again and compared when the source is opened.
  bool has_last = false;
  uint64_t last_offset = 0;
  uint64_t last_fingerprint = 0;
  Timestamp last_time;  // the source's
  // The source said this directory's UTC offset: what others say after that is theirs.
  bool utc_offset_agreed = false;
  friend bool operator==(const SourceProgress&, const SourceProgress&) = default;
};

std::string EncodeProgress(const SourceProgress& progress);
// STORE_CORRUPT.
absl::StatusOr<SourceProgress> DecodeProgress(std::string_view bytes);

}  // namespace guanxi::partition
