// Which RocksDB this program runs on.
#pragma once

#include <string>

namespace guanxi::store {

struct EngineInfo {
  std::string provider;       // "release build" or "Debian's library" (docs/adr/0002-which-rocksdb.md)
  std::string version;        // "7.8.3"
  bool hardware_crc = false;  // checksums by the processor's instruction; several times as fast
};

// Asks the library itself, by opening an empty database in memory: milliseconds. Thread-safe.
EngineInfo DescribeEngine();

// "RocksDB 7.8.3, release build, hardware CRC32c"
std::string ToText(const EngineInfo& info);

}  // namespace guanxi::store
