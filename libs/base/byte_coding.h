// Bytes of keys and stored values. Keys are big-endian, so that their byte order
// is their numeric order; values are little-endian or varints.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/int128.h"

namespace guanxi {

template <class T>
void PutBigEndian(std::string& out, T value) {
  for (int shift = 8 * (int{sizeof(T)} - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

template <class T>
T GetBigEndian(const char* bytes) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8 | static_cast<uint8_t>(bytes[i]));
  return value;
}

// Order-preserving image of a signed number: negative sorts before positive.
constexpr uint64_t OrderedBits(int64_t value) { return static_cast<uint64_t>(value) ^ (uint64_t{1} << 63); }
constexpr int64_t FromOrderedBits(uint64_t bits) { return static_cast<int64_t>(bits ^ (uint64_t{1} << 63)); }

template <class T>
void PutLittleEndian(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(value >> (8 * i));
}

inline void PutVarint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}
constexpr uint64_t ZigZag(int64_t v) { return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63); }
constexpr int64_t UnZigZag(uint64_t v) { return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1); }

inline void PutLengthPrefixed(std::string& out, std::string_view bytes) {
  PutVarint(out, bytes.size());
  out.append(bytes);
}

// Reads what the Put functions wrote. After the first read beyond the end every
// read gives 0 or empty and ok() is false: check once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return bytes_.empty(); }
  std::string_view rest() const { return bytes_; }

  template <class T>
  T LittleEndian() {
    if (!Need(sizeof(T))) return 0;
    T value = 0;
    for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(static_cast<T>(static_cast<uint8_t>(bytes_[i])) << (8 * i));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (!Need(1)) return 0;
      const auto byte = static_cast<uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }

  std::string_view Bytes(size_t size) {
    if (!Need(size)) return {};
    const std::string_view result = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return result;
  }

  std::string_view LengthPrefixed() {
    const uint64_t size = Varint();
    return Bytes(size);
  }

 private:
  bool Need(size_t size) {
    if (ok_ && bytes_.size() >= size) return true;
    ok_ = false;
    bytes_ = {};
    return false;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace guanxi
