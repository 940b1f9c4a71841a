#include "rpc/time.h"

namespace guanxi::rpc {
namespace {

constexpr int64_t kEarliestSecond = kEarliestTimestamp.micros / kMicrosPerSecond;
constexpr int64_t kLatestSecond = kLatestTimestamp.micros / kMicrosPerSecond;
constexpr int32_t kNanosPerMicro = 1000;
constexpr int32_t kNanosPerSecond = 1'000'000'000;

}  // namespace

google::protobuf::Timestamp ToProto(Timestamp t) {
  int64_t seconds = t.micros / kMicrosPerSecond;
  int64_t rest = t.micros % kMicrosPerSecond;
  if (rest < 0) {
    rest += kMicrosPerSecond;
    --seconds;
  }
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(rest) * kNanosPerMicro);
  return proto;
}

std::optional<Timestamp> FromProto(const google::protobuf::Timestamp& proto) {
  if (proto.seconds() < kEarliestSecond || proto.seconds() > kLatestSecond) return std::nullopt;
  if (proto.nanos() < 0 || proto.nanos() >= kNanosPerSecond) return std::nullopt;
  return Timestamp{proto.seconds() * kMicrosPerSecond + proto.nanos() / kNanosPerMicro};
}

}  // namespace guanxi::rpc
