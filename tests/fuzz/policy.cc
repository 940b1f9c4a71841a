// A text as a policy file.
#include "relations/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)guanxi::relations::ParsePolicy({reinterpret_cast<const char*>(data), size});
  return 0;
}
