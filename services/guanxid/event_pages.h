// Pages of events: the log of all partitions, or one account's timeline.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "guanxid/event_filter.h"
#include "guanxid/node.h"

namespace guanxi::service {

// Of records: a page or message that has as much takes no more events. With the largest event it stays below the 4 MiB that
// gRPC's clients take by default.
inline constexpr size_t kMessageBytesFull = size_t{1} << 20;

struct EventPage {
  std::vector<v1::Event> events;
  size_t bytes = 0;    // of their records
  std::string cursor;  // where the next page starts; empty: the end
};

// Partition after partition, in log order. A page ends early after 100,000 records looked at, and where it is full.
absl::StatusOr<EventPage> ReadLogPage(const Node& node, const std::vector<partition::ViewPtr>& views, const RecordFilter& filter,
                                      const std::string& cursor, size_t page_size);
// One account's accepted events in business order. An account without events has an empty timeline.
absl::StatusOr<EventPage> ReadTimelinePage(const Node& node, const partition::View& view, const RecordFilter& filter,
                                           const std::string& cursor, size_t page_size, bool descending);

}  // namespace guanxi::service
