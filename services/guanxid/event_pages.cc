#include "guanxid/event_pages.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "guanxid/event_message.h"
#include "partition/account_reader.h"

namespace guanxi::service {
namespace {

constexpr size_t kRecordsPerPageMax = 100'000;
constexpr size_t kTimelineChunk = 256;

struct LogCursor {
  uint32_t partition = 0;
  uint64_t position = 0;
};

std::string Encode(const LogCursor& cursor) {
  std::string bytes;
  PutVarint(bytes, cursor.partition);
  PutVarint(bytes, cursor.position);
  return bytes;
}

absl::StatusOr<LogCursor> DecodeLogCursor(const std::string& bytes) {
  if (bytes.empty()) return LogCursor{};
  ByteReader reader(bytes);
  LogCursor cursor;
  cursor.partition = static_cast<uint32_t>(reader.Varint());
  cursor.position = reader.Varint();
  if (!reader.ok()) return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token's cursor is damaged");
  return cursor;
}

bool IsFull(const EventPage& page, size_t page_size) { return page.events.size() >= page_size || page.bytes >= kMessageBytesFull; }

// Adds matching events from `at` on until the page is full, the budget is used up or the partition ends.
absl::Status ReadPartition(const Node& node, const partition::View& view, const RecordFilter& filter, size_t page_size, size_t& budget,
                           LogCursor& at, EventPage& page) {
  store::LogReader log = view.Log();
  for (; at.position < view.log_size && budget > 0 && !IsFull(page, page_size); ++at.position, --budget) {
    const absl::StatusOr<std::string_view> bytes = log.View(Position{at.position});
    if (!bytes.ok()) return bytes.status();
    const absl::StatusOr<codec::RecordView> record = codec::DecodeRecord(*bytes);
    if (!record.ok()) return record.status();
    if (!filter.Passes(*record)) continue;
    page.events.push_back(EventFrom(*record, view.partition, Position{at.position}, node.keys));
    page.bytes += bytes->size();
  }
  return absl::OkStatus();
}

// Adds the entry's event when it passes.
absl::Status AddEntry(const Node& node, const partition::View& view, const RecordFilter& filter, store::LogReader& log,
                      const partition::TimelineEntry& entry, EventPage& page) {
  if (!filter.MayPass(entry.position, entry.occurred_at)) return absl::OkStatus();
  const absl::StatusOr<AccountRecord> read = ReadAccountRecord(log, entry.position);
  if (!read.ok()) return read.status();
  if (!filter.Passes(read->record)) return absl::OkStatus();
  page.events.push_back(EventFrom(read->record, view.partition, entry.position, node.keys));
  page.bytes += read->bytes->size();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EventPage> ReadLogPage(const Node& node, const std::vector<partition::ViewPtr>& views, const RecordFilter& filter,
                                      const std::string& cursor, size_t page_size) {
  absl::StatusOr<LogCursor> at = DecodeLogCursor(cursor);
  if (!at.ok()) return at.status();
  EventPage page;
  size_t budget = kRecordsPerPageMax;
  for (; at->partition < views.size(); *at = {at->partition + 1, 0}) {
    const partition::View& view = *views[at->partition];
    if (absl::Status read = ReadPartition(node, view, filter, page_size, budget, *at, page); !read.ok()) return read;
    if (at->position < view.log_size) {
      page.cursor = Encode(*at);
      return page;
    }
  }
  return page;
}

absl::StatusOr<EventPage> ReadTimelinePage(const Node& node, const partition::View& view, const RecordFilter& filter,
                                           const std::string& cursor, size_t page_size, bool descending) {
  EventPage page;
  std::string after = cursor;
  store::LogReader log = view.Log();
  for (size_t looked_at = 0; looked_at < kRecordsPerPageMax; looked_at += kTimelineChunk) {
    const auto entries = partition::ReadTimeline(view, filter.account_id(), after, descending, kTimelineChunk);
    if (!entries.ok()) return entries.status();
    for (const partition::TimelineEntry& entry : *entries) {
      if (IsFull(page, page_size)) {
        page.cursor = after;
        return page;
      }
      if (absl::Status added = AddEntry(node, view, filter, log, entry, page); !added.ok()) return added;
      after = entry.key;
    }
    if (entries->size() < kTimelineChunk) return page;
  }
  page.cursor = after;
  return page;
}

}  // namespace guanxi::service
