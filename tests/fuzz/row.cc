// One byte that says which kind of row, then the row. What decodes means the same when it was encoded again; its bytes
// may differ, as a field may be written that has its default.
#include "fuzz/check.h"
#include "relations/row_coding.h"

using namespace guanxi::relations;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view row(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 0) {
    const auto core = DecodeCore(row);
    if (!core.ok()) return 0;
    const auto again = DecodeCore(EncodedCore(*core));
    GUANXI_FUZZ_CHECK(again.ok() && EncodedCore(*again) == EncodedCore(*core));
  } else if (data[0] == 255) {
    const auto change = DecodeTierChange(row);
    if (!change.ok()) return 0;
    const auto again = DecodeTierChange(EncodedTierChange(*change));
    GUANXI_FUZZ_CHECK(again.ok() && EncodedTierChange(*again) == EncodedTierChange(*change));
  } else {
    const auto kind = static_cast<ChildKind>(data[0]);
    const auto child = DecodeChild(kind, row);
    if (!child.ok()) return 0;
    const auto again = DecodeChild(kind, EncodedChild(*child));
    GUANXI_FUZZ_CHECK(again.ok() && *again == *child);
  }
  return 0;
}
