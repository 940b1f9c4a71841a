// What undoes the newest events of a large account, kept in memory while it is
// hot: a late event that falls among them costs what came after it, and not
// everything since the last snapshot, which lies thousands of events back.
// Belongs to the projector's thread.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/strong.h"
#include "base/time.h"
#include "relations/account.h"
#include "relations/child.h"

namespace guanxi::partition {

class RecentPast {
 public:
  static constexpr size_t kStepsMax = 2048;
  static constexpr size_t kStepsPerCore = 32;

  // One event, in fold order.
  struct Step {
    Timestamp occurred_at;
    Position position;
    std::optional<relations::AccountCore> core;  // before it; of one step in kStepsPerCore, and of the first
    // Rows it changed, as they were; nullopt: there was none.
    std::vector<std::pair<relations::ChildKey, std::optional<std::string>>> rows;
  };

  // The event is about to be folded in order.
  void Begin(const relations::AccountCore& before, Timestamp occurred_at, Position position);
  // Of the event begun last.
  void Changes(const relations::ChildKey& key, std::optional<std::string> row_before) {
    steps_.back().rows.emplace_back(key, std::move(row_before));
  }

  // The newest step with a core that an event at `occurred_at`, of the greatest position, can be folded from: itself or one
  // before the first that the event precedes. nullopt: the event may belong before all steps.
  std::optional<size_t> BaseFor(Timestamp occurred_at) const;
  // Takes the steps from `base` on away, oldest first.
  std::vector<Step> TakeFrom(size_t base);

 private:
  std::deque<Step> steps_;
  size_t since_core_ = 0;  // steps since the last with a core
};

}  // namespace guanxi::partition
