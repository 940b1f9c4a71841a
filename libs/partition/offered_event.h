// What is asked about an event before it is appended. Pure.
#pragma once

#include "codec/event_decoder.h"
#include "codec/record.h"

namespace guanxi::partition {

// Nobody but the engine may append it: control records, and what accounts tell each other.
bool IsReservedForEngine(const codec::RecordView& offered);

// Of two records under one account, source and id. Sealed parts apart, they are the same
// when both hold; `body` is that of `first`.
bool HaveSameHead(const codec::RecordView& first, const codec::RecordView& offered);
bool HaveSameBody(const codec::RecordView& first, const relations::EventBody& body, const codec::RecordView& offered,
                  codec::EventDecoder& decoder);

}  // namespace guanxi::partition
