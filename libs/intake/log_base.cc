#include "intake/log_base.h"

#include "base/byte_coding.h"

namespace guanxi::intake {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kUnreadable = UINT64_MAX;

}  // namespace

std::string EncodeBase(const LogBase& base) {
  std::string bytes;
  PutLittleEndian(bytes, kVersion);
  PutVarint(bytes, base.size);
  PutLengthPrefixed(bytes, base.root);
  return bytes;
}

LogBase DecodeBase(std::string_view bytes) {
  ByteReader in(bytes);
  const bool known = in.LittleEndian<uint8_t>() == kVersion;
  LogBase base;
  base.size = in.Varint();
  base.root = in.LengthPrefixed();
  return known && in.ok() && in.AtEnd() ? base : LogBase{kUnreadable, ""};
}

}  // namespace guanxi::intake
