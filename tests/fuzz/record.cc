// Bytes as a stored record, as they are and with a checksum that fits; then the
// event in it.
#include "codec/record.h"

#include <xxhash.h>

#include <string>

#include "base/byte_coding.h"
#include "codec/admission.h"
#include "codec/event_decoder.h"
#include "fuzz/check.h"

using namespace guanxi;

namespace {

void Decode(std::string_view bytes) {
  const auto record = codec::DecodeRecord(bytes);
  if (!record.ok()) return;
  const std::string again = codec::EncodeRecord(*record);
  const auto decoded = codec::DecodeRecord(again);
  GUANXI_FUZZ_CHECK(decoded.ok() && codec::Record::CopyOf(*decoded) == codec::Record::CopyOf(*record));
  (void)codec::CheckEnvelope(*record, Timestamp{});
  static codec::EventDecoder decoder;
  (void)decoder.DecodeEvent(*record, Position{7});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  Decode(bytes);
  if (size < codec::kRecordChecksumBytes) return 0;
  bytes.resize(size - codec::kRecordChecksumBytes);
  PutLittleEndian(bytes, XXH3_64bits(bytes.data(), bytes.size()));
  Decode(bytes);
  return 0;
}
