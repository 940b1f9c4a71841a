// Folding a stretch of the log again: what opening does with the records after
// the last checkpoint, and a rebuild with all of them.
#pragma once

#include <functional>

#include "codec/event_decoder.h"
#include "partition/projector.h"
#include "store/log.h"

namespace guanxi::partition {

// Applies the records [projector.state().log_size, to). after(event) runs when
// each was applied; an error of it ends the folding.
absl::Status FoldLog(Projector& projector, store::LogReader& log, codec::EventDecoder& decoder, uint64_t to,
                     const std::function<absl::Status(const relations::Event&)>& after);

}  // namespace guanxi::partition
