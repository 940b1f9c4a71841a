// Stored events as a table: events list, account timeline, parked list.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "guanxi/v1/event_service.pb.h"

namespace guanxi::cli {

// One line per event, with its data in short.
std::string EventTable(const google::protobuf::RepeatedPtrField<guanxi::v1::Event>& events);

// An event of a stream, as a plain line.
std::string EventLine(const guanxi::v1::Event& event);

}  // namespace guanxi::cli
