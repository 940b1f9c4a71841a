#include "store/engine.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/version.h>

#include <cstdio>
#include <memory>
#include <string_view>

namespace guanxi::store {
namespace {

// The library says whether its checksums are fast in its log only.
class CrcLine final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[256];
    if (std::vsnprintf(line, sizeof line, format, arguments) > 0 &&
        std::string_view(line).find("Fast CRC32 supported: Supported") != std::string_view::npos)
      supported = true;
  }
  bool supported = false;
};

}  // namespace

EngineInfo DescribeEngine() {
  const std::unique_ptr<rocksdb::Env> memory(rocksdb::NewMemEnv(rocksdb::Env::Default()));
  const auto log = std::make_shared<CrcLine>();
  rocksdb::Options options;
  options.create_if_missing = true;
  options.env = memory.get();
  options.info_log = log;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, "/engine", &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  return {GUANXI_ROCKSDB_PROVIDER, rocksdb::GetRocksVersionAsString(), status.ok() && log->supported};
}

std::string ToText(const EngineInfo& info) {
  return "RocksDB " + info.version + ", " + info.provider + ", " + (info.hardware_crc ? "hardware" : "software") + " CRC32c";
}

}  // namespace guanxi::store
