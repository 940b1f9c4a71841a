#include "partition/event_source.h"

#include "relations/event_type.h"

namespace guanxi::partition {
namespace {

absl::StatusOr<std::string> ReadBytes(store::LogReader& log, const store::LogWriter* unflushed, Position at) {
  if (unflushed != nullptr)
    if (const std::string* bytes = unflushed->Unsealed(at)) return *bytes;
  return log.Read(at);
}

}  // namespace

absl::StatusOr<LoggedEvent> ReadEvent(store::LogReader& log, const store::LogWriter* unflushed, codec::EventDecoder& decoder, Position at) {
  LoggedEvent logged;
  for (Position source = at;;) {
    auto bytes = ReadBytes(log, unflushed, source);
    if (!bytes.ok()) return bytes.status();
    logged.record_bytes = *std::move(bytes);
    auto record = codec::DecodeRecord(logged.record_bytes);
    if (!record.ok()) return record.status();
    logged.record = *std::move(record);
    auto event = decoder.DecodeEvent(logged.record, at);
    if (!event.ok()) return event.status();
    logged.event = *std::move(event);
    const auto* repair = std::get_if<relations::ParkedRepaired>(&logged.event.body);
    if (repair == nullptr) return logged;
    source = repair->parked_position;
  }
}

}  // namespace guanxi::partition
