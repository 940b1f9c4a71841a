// Events as CloudEvents in JSON, one per line: what other systems send and what
// an export writes. The form is docs/formats/cloudevents.md.
//
//   * Ids, sources, accounts, times, attributes and extensions come from the file.
//   * Data of a known type become its message; others go as they came.
//   * From an export: recorded times and versions are given anew; parked events
//     and what only an engine writes are passed over; sealed personal parts
//     cannot travel without their keys: the event goes without them.
#pragma once

#include <string>

#include "codec/record.h"
#include "importers/import.h"

namespace guanxi::importers {

// Fills `report` as it goes. Of `options`, only problems_max and progress matter. Memory: one line.
absl::Status ImportCloudEvents(const std::string& path, const ImportOptions& options, EventSink& sink, ImportReport& report);

// The event of a record as a client sends it: without recorded time and version.
guanxi::v1::NewEvent NewEventOf(codec::Record&& record);

}  // namespace guanxi::importers
