// Adopts on this server the policies of another one's export, from the same times.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "guanxi/event/v1/control.pb.h"
#include "tools/guanxi/context.h"

namespace guanxi::cli {

// Not thread-safe. Refers to the context.
class PolicyTransfer {
 public:
  PolicyTransfer(Context& context, std::string actor) : context_(context), actor_(std::move(actor)) {}

  // false: it was adopted before. The server's refusal, with what to do about it.
  absl::StatusOr<bool> Take(const guanxi::event::v1::PolicyAdopted& policy);

 private:
  absl::Status ReadAdopted();

  Context& context_;
  std::string actor_;
  size_t taken_ = 0;
  // Read when the first policy comes: name, version, from when on.
  std::optional<std::set<std::tuple<std::string, int32_t, Timestamp>>> adopted_;
};

}  // namespace guanxi::cli
