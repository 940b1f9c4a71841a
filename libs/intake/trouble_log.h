// What keeps something from going on, on standard error: a line when it begins, when
// the reason changes and when it is over, however often it is tried meanwhile. Of
// one thread.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace guanxi::intake {

class TroubleLog {
 public:
  explicit TroubleLog(std::string whose) : whose_(std::move(whose)) {}
  void Note(const absl::Status& status);

 private:
  const std::string whose_;
  std::string reason_;  // empty: all is well
};

}  // namespace guanxi::intake
