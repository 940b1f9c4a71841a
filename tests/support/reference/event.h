// One accepted record of an account, as the reference model keeps it.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/time.h"

namespace guanxi::reference {

struct Event {
  std::string id;
  uint64_t position = 0;
  Timestamp occurred_at;
  // A guanxi.event.v1 message; null stands for a record of an unknown type.
  std::shared_ptr<const google::protobuf::Message> body;
};

template <class Message>
Event MakeEvent(std::string id, uint64_t position, Timestamp at, Message body) {
  return Event{std::move(id), position, at, std::make_shared<Message>(std::move(body))};
}

// The event's body as a Message; nullptr when it is of another type.
template <class Message>
const Message* As(const Event& event) {
  return dynamic_cast<const Message*>(event.body.get());
}

inline Timestamp FromProto(const google::protobuf::Timestamp& t) { return Timestamp{t.seconds() * kMicrosPerSecond + t.nanos() / 1000}; }

inline google::protobuf::Timestamp ToProto(Timestamp t) {
  google::protobuf::Timestamp proto;
  int64_t seconds = t.micros / kMicrosPerSecond, micros = t.micros % kMicrosPerSecond;
  if (micros < 0) {
    micros += kMicrosPerSecond;
    --seconds;
  }
  proto.set_seconds(seconds);
  proto.set_nanos(static_cast<int32_t>(micros * 1000));
  return proto;
}

}  // namespace guanxi::reference
