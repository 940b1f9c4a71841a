// base::Timestamp <-> google.protobuf.Timestamp, of times already known to lie in the
// years 1-9999 (what comes from outside is checked first: rpc/time.h, codec/admission.h).
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "base/time.h"

namespace guanxi::codec {

inline google::protobuf::Timestamp ToProto(Timestamp t) {
  int64_t seconds = t.micros / kMicrosPerSecond;
  int64_t rest = t.micros % kMicrosPerSecond;
  if (rest < 0) {
    rest += kMicrosPerSecond;
    --seconds;
  }
  google::protobuf::Timestamp proto;
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(rest * 1000));
  return proto;
}

inline Timestamp FromProto(const google::protobuf::Timestamp& proto) { return {proto.seconds() * kMicrosPerSecond + proto.nanos() / 1000}; }

}  // namespace guanxi::codec
