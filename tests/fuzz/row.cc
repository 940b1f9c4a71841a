// One byte that says which kind of row, then the row.
#include "fuzz/check.h"
#include "relations/row_coding.h"

using namespace guanxi::relations;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view row(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 0) {
    if (const auto core = DecodeCore(row); core.ok()) GUANXI_FUZZ_CHECK(EncodedCore(*core) == row);
  } else if (data[0] == 255) {
    if (const auto change = DecodeTierChange(row); change.ok()) GUANXI_FUZZ_CHECK(EncodedTierChange(*change) == row);
  } else if (const auto child = DecodeChild(static_cast<ChildKind>(data[0]), row); child.ok()) {
    GUANXI_FUZZ_CHECK(EncodedChild(*child) == row);
  }
  return 0;
}
