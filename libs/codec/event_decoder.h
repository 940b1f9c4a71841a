// From a record's payload to the domain event it holds, by every rule the
// protos state: the only way an event gets to the fold.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "codec/record.h"
#include "relations/events.h"

namespace guanxi::codec {

// Keeps one message of each type between calls, which saves most allocations of
// parsing. Not thread-safe: one per partition thread.
class EventDecoder {
 public:
  EventDecoder();
  ~EventDecoder();
  EventDecoder(EventDecoder&&) noexcept;
  EventDecoder& operator=(EventDecoder&&) noexcept;

  // Uses type, type_name, content_type, occurred_at, source, id, sealed and
  // payload of the record; the envelope is CheckEnvelope's business
  // (codec/admission.h). Pure: the same record gives the same answer.
  //
  // A type number this binary does not know, or 0: UnknownEvent, never an error.
  // Refusals, the first that applies:
  //   PAYLOAD_UNDECODABLE     not the bytes of the type's message
  //   TEXT_NOT_UTF8           the bytes are, but for a text; metadata `field`
  //   FIELD_INVALID           metadata `field`, as "lines[3].product"; also
  //                           personal data that is not sealed, enum numbers
  //                           that are not known, a sealed part of someone else
  //   CURRENCY_UNKNOWN, AMOUNT_OUT_OF_RANGE, LINE_AMOUNT_NOT_EXACT
  //
  // ContactAdded/ContactChanged::sealed_personal holds EncodeSealedPersonal's
  // bytes (codec/sealed_personal.h). Cost: some 0.2-0.5 us for a small event.
  absl::StatusOr<relations::EventBody> DecodeBody(const RecordView& record);

  // The same with the position: what Fold takes.
  absl::StatusOr<relations::Event> DecodeEvent(const RecordView& record, Position position);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace guanxi::codec
