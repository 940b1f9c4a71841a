#include "intake/trouble_log.h"

#include <cstdio>

#include "base/reason.h"

namespace guanxi::intake {

void TroubleLog::Note(const absl::Status& status) {
  const ReasonEntry* const entry = ReasonOf(status);
  const std::string reason = status.ok() ? "" : entry == nullptr ? "UNKNOWN" : std::string(entry->name);
  if (reason == reason_) return;
  reason_ = reason;
  const std::string said = status.ok() ? "goes on" : reason + ": " + std::string(status.message());
  std::fprintf(stderr, "kafka: %s: %s\n", whose_.c_str(), said.c_str());
}

}  // namespace guanxi::intake
