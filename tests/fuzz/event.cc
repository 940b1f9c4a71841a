// Two bytes of a type's number, then the bytes of its message.
#include "codec/event_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  guanxi::codec::RecordView record;
  record.type = static_cast<uint16_t>(data[0] | data[1] << 8);
  record.source = "/fuzz", record.id = "1", record.account_id = "A";
  record.payload = std::string_view(reinterpret_cast<const char*>(data) + 2, size - 2);
  static guanxi::codec::EventDecoder decoder;
  (void)decoder.DecodeBody(record);
  return 0;
}
