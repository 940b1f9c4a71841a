// google.protobuf.Timestamp <-> guanxi::Timestamp. Pure.
#pragma once

#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "base/time.h"

namespace guanxi::rpc {

google::protobuf::Timestamp ToProto(Timestamp t);
// Finer than a microsecond is cut off, towards the past. Nothing outside the
// years 1-9999 or with nanos outside 0-999999999.
std::optional<Timestamp> FromProto(const google::protobuf::Timestamp& proto);

}  // namespace guanxi::rpc
