#include "partition/recent_past.h"

#include <algorithm>
#include <iterator>

namespace guanxi::partition {

void RecentPast::Begin(const relations::AccountCore& before, Timestamp occurred_at, Position position) {
  const bool with_core = steps_.empty() || ++since_core_ >= kStepsPerCore;
  if (with_core) since_core_ = 0;
  steps_.push_back({occurred_at, position, with_core ? std::optional(before) : std::nullopt, {}});
  if (steps_.size() <= kStepsMax) return;
  // The first step always has a core.
  do steps_.pop_front();
  while (!steps_.front().core);
}

std::optional<size_t> RecentPast::BaseFor(Timestamp occurred_at) const {
  const auto next =
      std::upper_bound(steps_.begin(), steps_.end(), occurred_at, [](Timestamp at, const Step& step) { return at < step.occurred_at; });
  if (next == steps_.begin()) return std::nullopt;
  auto base = static_cast<size_t>(next - steps_.begin());
  while (base == steps_.size() || !steps_[base].core) --base;
  return base;
}

std::vector<RecentPast::Step> RecentPast::TakeFrom(size_t base) {
  const auto from = steps_.begin() + static_cast<std::ptrdiff_t>(base);
  std::vector<Step> taken(std::make_move_iterator(from), std::make_move_iterator(steps_.end()));
  steps_.erase(from, steps_.end());
  since_core_ = 0;
  for (auto step = steps_.rbegin(); step != steps_.rend() && !step->core; ++step) ++since_core_;
  return taken;
}

}  // namespace guanxi::partition
