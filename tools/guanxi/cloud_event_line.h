// Events of the API as CloudEvents in JSON: docs/formats/cloudevents.md. Pure.
#pragma once

#include <string>

#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"

namespace guanxi::cli {

// One line without a newline, which `import cloudevents` reads.
std::string CloudEventLine(const guanxi::v1::NewEvent& event);
// The same of a stored event, with its recorded time and version.
std::string CloudEventLine(const guanxi::v1::Event& event);

}  // namespace guanxi::cli
