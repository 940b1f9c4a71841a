// Bytes as a sealed block of 256 records.
#include "fuzz/check.h"
#include "store/log.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto block = guanxi::store::Block::Decode({reinterpret_cast<const char*>(data), size});
  if (!block.ok()) return 0;
  std::vector<std::string_view> records;
  for (size_t slot = 0; slot < guanxi::store::kRecordsPerBlock; ++slot) records.push_back((*block)->record(slot));
  const auto again = guanxi::store::Block::Decode(guanxi::store::EncodeBlock(records));
  GUANXI_FUZZ_CHECK(again.ok());
  for (size_t slot = 0; slot < records.size(); ++slot) GUANXI_FUZZ_CHECK((*again)->record(slot) == records[slot]);
  return 0;
}
