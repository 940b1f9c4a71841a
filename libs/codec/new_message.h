// Event messages by their type, for those who meet a payload and its type's name.
// A program that calls this has every event type linked: nobody need name them
// for the linker, nor for google.protobuf.Any in JSON. Thread-safe.
#pragma once

#include <google/protobuf/message.h>

#include <memory>

#include "relations/event_type.h"

namespace guanxi::codec {

// An empty message of the type; nullptr for kUnknown and numbers not in the table.
std::unique_ptr<google::protobuf::Message> NewEventMessage(relations::EventType type);

}  // namespace guanxi::codec
