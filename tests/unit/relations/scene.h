// One account under test: folds events the way a partition does, loading only the
// children that ChildrenNeeded names.
#pragma once

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relations/assess.h"
#include "relations/fold.h"

namespace guanxi::relations {

inline Timestamp At(std::string_view text) { return ParseTimestamp(text).value(); }
inline constexpr CurrencyCode kEur{"EUR"};
inline constexpr CurrencyCode kUsd{"USD"};
inline Money Eur(int64_t units) { return {units * 1'000'000, kEur}; }
inline int128 Units(int64_t units) { return int128{units} * 1'000'000; }

struct Line {
  std::string business_line;
  int64_t amount = 0;  // whole units of the currency
  std::optional<int64_t> cost;
};

inline OrderPlaced MakeOrder(std::string id, const std::vector<Line>& lines, CurrencyCode currency = kEur) {
  OrderPlaced order{.order_id = std::move(id), .currency = currency};
  for (const Line& line : lines) {
    OrderLine row{
        .product = "p", .business_line = line.business_line, .quantity_micros = 1'000'000, .unit_price_micros = line.amount * 1'000'000};
    if (line.cost) row.unit_cost_micros = *line.cost * 1'000'000;
    order.lines.push_back(row);
  }
  return order;
}
inline OrderPlaced MakeOrder(std::string id, int64_t amount, CurrencyCode currency = kEur) {
  return MakeOrder(std::move(id), {{"", amount, {}}}, currency);
}

class Scene {
 public:
  explicit Scene(std::string id = "ACME") { core_.id = AccountId(std::move(id)); }

  Transition Happens(std::string_view at, EventBody body) {
    return Folds(Event{TypeOf(body), Position{next_position_++}, At(at), std::move(body)});
  }

  Transition Folds(const Event& event) {
    ChildSet children;
    for (const ChildKey& key : ChildrenNeeded(core_, event, calendar_))
      if (const auto it = rows_.find(key); it != rows_.end()) children.Load(key, it->second);
    Transition transition = Fold(core_, children, event, context());
    children.ForEachDirty([&](const ChildKey& key, const Child* child) {
      if (child) rows_[key] = *child;
      if (!child) rows_.erase(key);
    });
    for (const TierChange& change : transition.tier_changes) tier_history_.push_back(change);
    return transition;
  }

  // The names of the anomalies the event carries.
  std::vector<std::string> Anomalies(std::string_view at, EventBody body) {
    std::vector<std::string> names;
    for (const Anomaly& anomaly : Happens(at, std::move(body)).anomalies) names.emplace_back(NameOf(anomaly.kind));
    return names;
  }

  // As a read at t sees it.
  AccountCore ReadAt(std::string_view t) const {
    AccountCore copy = core_;
    AdvanceTo(copy, At(t), context());
    return copy;
  }
  Assessment AssessAt(std::string_view t, const Policy& policy = StandardPolicy()) const {
    return Assess(ReadAt(t), At(t), policy, calendar_);
  }
  // -1 when not applicable.
  int DimensionAt(std::string_view t, Dimension dimension, const Policy& policy = StandardPolicy()) const {
    return Evaluate(ReadAt(t), At(t), policy, calendar_).dimensions[static_cast<size_t>(dimension)];
  }
  void TimePasses(std::string_view t) {
    for (const TierChange& change : AdvanceTo(core_, At(t), context()).tier_changes) tier_history_.push_back(change);
  }
  void Adopts(Policy policy, std::string_view effective_at, uint64_t epoch = 1) {
    policies_.Adopt(std::move(policy), At(effective_at), epoch, Position{0});
  }

  template <class T>
  const T* Row(const std::string& id) const {
    const auto it = rows_.find(ChildKey{kKindOf<T>, id});
    return it == rows_.end() ? nullptr : std::get_if<T>(&it->second);
  }
  const AccountCore& core() const { return core_; }
  AccountCore& core() { return core_; }
  const std::map<ChildKey, Child>& rows() const { return rows_; }
  const std::vector<TierChange>& tier_history() const { return tier_history_; }
  FoldContext context() const { return {policies_, Position{~uint64_t{0} - 1}, calendar_}; }
  void set_calendar(BusinessCalendar calendar) { calendar_ = calendar; }
  BusinessCalendar calendar() const { return calendar_; }

 private:
  AccountCore core_;
  std::map<ChildKey, Child> rows_;
  std::vector<TierChange> tier_history_;
  PolicyLineage policies_;
  BusinessCalendar calendar_;
  uint64_t next_position_ = 1;
};

}  // namespace guanxi::relations
