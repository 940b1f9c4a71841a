#include "bench/appender.h"

#include <algorithm>

#include "bench/calls.h"
#include "bench/events.h"

namespace guanxi::bench {

Appender::Appender(std::string prefix, uint64_t accounts, int clients, int batch, Timestamp first)
    : prefix_(std::move(prefix)), clients_(clients), batch_(batch), first_(first), next_(clients) {
  versions_.assign(clients_, std::vector<uint64_t>(std::max<uint64_t>(accounts / clients_, 1)));
}

grpc::ByteBuffer Appender::Request(int client) {
  std::vector<uint64_t>& versions = versions_[client];
  const uint64_t n = next_[client]++;
  const uint64_t mine = n % versions.size();
  const std::string account = AccountName(mine * clients_ + client, prefix_);
  v1::AppendRequest request;
  request.set_expected_version(versions[mine]);
  for (uint64_t i = n * batch_; i < (n + 1) * batch_; ++i)
    FillOrder(*request.add_events(), account, i * clients_ + client, {first_.micros + static_cast<int64_t>(i) * 1'000'000});
  versions[mine] += batch_;
  return ToBytes(request);
}

}  // namespace guanxi::bench
