#include "partition/fold_log.h"

#include "partition/event_source.h"

namespace guanxi::partition {
namespace {

absl::StatusOr<relations::Event> DecodeIfFolded(codec::EventDecoder& decoder, const codec::RecordView& record, Position at) {
  if (!record.parked()) return decoder.DecodeEvent(record, at);
  relations::Event event;
  event.position = at;
  return event;
}

}  // namespace

absl::Status FoldLog(Projector& projector, store::LogReader& log, codec::EventDecoder& decoder, uint64_t to,
                     const std::function<absl::Status(const relations::Event&)>& after) {
  while (projector.state().log_size < to) {
    const Position at{projector.state().log_size};
    const auto bytes = log.View(at);
    if (!bytes.ok()) return bytes.status();
    const auto record = codec::DecodeRecord(*bytes);
    if (!record.ok()) return record.status();
    const auto event = DecodeIfFolded(decoder, *record, at);
    if (!event.ok()) return event.status();
    if (const auto* repair = std::get_if<relations::ParkedRepaired>(&event->body)) {
      const Position parked = repair->parked_position;
      const auto logged = ReadEvent(log, nullptr, decoder, at);
      if (!logged.ok()) return logged.status();
      if (auto applied = projector.ApplyRepair(*logged, parked); !applied.ok()) return applied.status();
    } else if (auto applied = projector.Apply(*record, *event); !applied.ok()) {
      return applied.status();
    }
    if (auto status = after(*event); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace guanxi::partition
