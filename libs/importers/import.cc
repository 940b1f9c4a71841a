#include "importers/import.h"

namespace guanxi::importers {

uint64_t ImportReport::rows_skipped() const {
  uint64_t sum = 0;
  for (const auto& [outcome, count] : skipped) sum += count;
  return sum;
}

uint64_t ImportReport::Count(Outcome outcome) const {
  const auto& counts = EntryOf(outcome).kind == OutcomeKind::kNoted ? noted : skipped;
  const auto found = counts.find(outcome);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace guanxi::importers
