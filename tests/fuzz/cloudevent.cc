// A text as a CloudEvent; what it says is written and read again.
#include "codec/cloudevents.h"
#include "fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto record = guanxi::codec::RecordFromCloudEvent({reinterpret_cast<const char*>(data), size});
  if (!record.ok()) return 0;
  const auto again = guanxi::codec::RecordFromCloudEvent(guanxi::codec::CloudEventFromRecord(*record));
  GUANXI_FUZZ_CHECK(again.ok() && *again == *record);
  return 0;
}
