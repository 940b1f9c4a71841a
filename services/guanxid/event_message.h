// A stored record -> guanxi.v1.Event, personal parts filled in while their keys
// live. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "guanxi/v1/event_service.pb.h"
#include "partition/view.h"
#include "privacy/key_store.h"
#include "relations/event_type.h"

namespace guanxi::service {

// "guanxi.event.v1.OrderPlaced", or what the producer called it.
std::string TypeNameOf(const codec::RecordView& record);
bool IsControl(const codec::RecordView& record);

v1::Event EventFrom(const codec::RecordView& record, PartitionId partition, Position position, const privacy::KeyStore& keys);
// Reads it first. EVENT_NOT_FOUND beyond the end.
absl::StatusOr<v1::Event> ReadEventMessage(const partition::View& view, Position position, const privacy::KeyStore& keys);

// A position of an account's timeline: of a repaired event, which stands under
// its repair record, the event itself as it was accepted then. Owns what the view points into.
struct AccountRecord {
  std::unique_ptr<const std::string> bytes;
  codec::RecordView record;
};
absl::StatusOr<AccountRecord> ReadAccountRecord(store::LogReader& log, Position position);

// Whether two records with sealed parts hold the same data; where a key is gone,
// what is still readable decides.
bool SameUnsealed(const codec::RecordView& stored, const codec::RecordView& offered, const privacy::KeyStore& keys);

}  // namespace guanxi::service
