#include "partition/offered_event.h"

#include "relations/event_type.h"

namespace guanxi::partition {

using relations::EventType;

bool IsReservedForEngine(const codec::RecordView& offered) {
  const EventType type{offered.type};
  return type == EventType::kReferralRecorded || relations::EntryOf(type).family == relations::EventFamily::kControl;
}

bool HaveSameHead(const codec::RecordView& first, const codec::RecordView& offered) {
  return first.type == offered.type && first.type_name == offered.type_name && first.occurred_at == offered.occurred_at;
}

bool HaveSameBody(const codec::RecordView& first, const relations::EventBody& body, const codec::RecordView& offered,
                  codec::EventDecoder& decoder) {
  if (first.payload == offered.payload) return true;
  const auto decoded = decoder.DecodeBody(offered);
  return decoded.ok() && first.type != 0 && *decoded == body;
}

}  // namespace guanxi::partition
