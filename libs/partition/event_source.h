// The events of the log as the fold takes them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "codec/event_decoder.h"
#include "codec/record.h"
#include "relations/events.h"
#include "store/log.h"

namespace guanxi::partition {

// A record and the event it stands for. Of a ParkedRepaired: the parked record as
// it was accepted then, under the repair's position and with its version.
struct LoggedEvent {
  std::string record_bytes;  // of the record with the account's content
  codec::RecordView record;  // into record_bytes
  relations::Event event;
};

// Reads position `at` and decodes it. `unflushed` answers records that the log
// writer holds but the reader's snapshot does not; may be nullptr.
absl::StatusOr<LoggedEvent> ReadEvent(store::LogReader& log, const store::LogWriter* unflushed, codec::EventDecoder& decoder, Position at);

}  // namespace guanxi::partition
