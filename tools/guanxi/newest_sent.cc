#include "tools/guanxi/newest_sent.h"

#include <set>

namespace guanxi::cli {
namespace {

// One more than an answer names: one of them was accepted.
constexpr size_t kKept = 1001;

}  // namespace

void NewestSent::Add(Timestamp occurred_at, Timestamp now) {
  const uint64_t ordinal = count_++;
  if (occurred_at > now) return;
  newest_.push({occurred_at, ordinal});
  if (newest_.size() > kKept) newest_.pop();
}

std::optional<Timestamp> NewestSent::Accepted(const guanxi::v1::AppendStreamResponse& response) const {
  std::set<uint64_t> failed;
  for (const auto& failure : response.failures()) failed.insert(failure.ordinal());
  std::optional<Timestamp> accepted;
  for (auto sent = newest_; !sent.empty(); sent.pop())
    if (failed.count(sent.top().second) == 0) accepted = sent.top().first;
  return accepted;
}

}  // namespace guanxi::cli
