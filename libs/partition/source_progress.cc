#include "partition/source_progress.h"

#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::partition {

std::string EncodeProgress(const SourceProgress& progress) {
  std::string bytes;
  PutLengthPrefixed(bytes, progress.identity);
  PutVarint(bytes, progress.next_offset);
  PutVarint(bytes, progress.has_last ? 1 : 0);
  PutVarint(bytes, progress.last_offset);
  PutLittleEndian(bytes, progress.last_fingerprint);
  PutLittleEndian(bytes, static_cast<uint64_t>(progress.last_time.micros));
  PutVarint(bytes, progress.utc_offset_agreed ? 1 : 0);
  return bytes;
}

absl::StatusOr<SourceProgress> DecodeProgress(std::string_view bytes) {
  ByteReader in(bytes);
  SourceProgress progress;
  progress.identity = in.LengthPrefixed();
  progress.next_offset = in.Varint();
  progress.has_last = in.Varint() != 0;
  progress.last_offset = in.Varint();
  progress.last_fingerprint = in.LittleEndian<uint64_t>();
  progress.last_time.micros = static_cast<int64_t>(in.LittleEndian<uint64_t>());
  // Older versions ended here.
  if (in.ok() && !in.AtEnd()) progress.utc_offset_agreed = in.Varint() != 0;
  if (!in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "the progress of the source does not read back");
  return progress;
}

}  // namespace guanxi::partition
