// Clients that append to accounts of their own, in turn, and state the version that they expect.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace guanxi::bench {

inline constexpr char kAppendMethod[] = "/guanxi.v1.EventService/Append";

// Request(c) belongs to one thread.
class Appender {
 public:
  // accounts: of all clients together; prefix: of their ids, new ones. An account's events are a second apart.
  Appender(std::string prefix, uint64_t accounts, int clients, int batch, Timestamp first);
  // The client's next request: `batch` orders of its next account.
  grpc::ByteBuffer Request(int client);

 private:
  const std::string prefix_;
  const uint64_t clients_, batch_;
  const Timestamp first_;
  std::vector<uint64_t> next_;
  std::vector<std::vector<uint64_t>> versions_;
};

}  // namespace guanxi::bench
