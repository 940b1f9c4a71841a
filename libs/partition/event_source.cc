#include "partition/event_source.h"

#include "base/reason.h"

namespace guanxi::partition {
namespace {

absl::StatusOr<std::string> ReadBytes(store::LogReader& log, const store::LogWriter* unflushed, Position at) {
  if (unflushed != nullptr)
    if (const std::string* bytes = unflushed->Unsealed(at)) return *bytes;
  return log.Read(at);
}

absl::StatusOr<LoggedEvent> ReadAt(store::LogReader& log, const store::LogWriter* unflushed, codec::EventDecoder& decoder, Position source,
                                   Position at) {
  LoggedEvent logged;
  auto bytes = ReadBytes(log, unflushed, source);
  if (!bytes.ok()) return bytes.status();
  logged.record_bytes = *std::move(bytes);
  auto record = codec::DecodeRecord(logged.record_bytes);
  if (!record.ok()) return record.status();
  logged.record = *std::move(record);
  auto event = decoder.DecodeEvent(logged.record, at);
  if (!event.ok()) return event.status();
  logged.event = *std::move(event);
  return logged;
}

}  // namespace

absl::StatusOr<LoggedEvent> ReadEvent(store::LogReader& log, const store::LogWriter* unflushed, codec::EventDecoder& decoder, Position at) {
  auto logged = ReadAt(log, unflushed, decoder, at, at);
  if (!logged.ok()) return logged;
  const auto* repair = std::get_if<relations::ParkedRepaired>(&logged->event.body);
  if (repair == nullptr) return logged;
  const uint64_t version = logged->record.account_version;
  auto repaired = ReadAt(log, unflushed, decoder, repair->parked_position, at);
  if (!repaired.ok()) return repaired;
  if (std::holds_alternative<relations::ParkedRepaired>(repaired->event.body))
    return Refuse(Reason::STORE_CORRUPT, "a repair of a repair stands in the log");
  repaired->record.account_version = version;
  repaired->record.park_reason = 0;
  return repaired;
}

}  // namespace guanxi::partition
