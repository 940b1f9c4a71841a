#include "codec/shown_text.h"

#include <cstdint>

#include "codec/admission.h"

namespace guanxi::codec {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// Bytes of the sequence that the lead byte announces; 0: it begins none.
size_t SequenceBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

}  // namespace

std::string ShownText(std::string_view bytes) {
  if (IsUtf8(bytes)) return std::string(bytes);
  std::string text;
  while (!bytes.empty()) {
    const size_t size = SequenceBytes(static_cast<uint8_t>(bytes[0]));
    const bool valid = size > 0 && size <= bytes.size() && IsUtf8(bytes.substr(0, size));
    text += valid ? bytes.substr(0, size) : kReplacement;
    bytes.remove_prefix(valid ? size : 1);
  }
  return text;
}

}  // namespace guanxi::codec
