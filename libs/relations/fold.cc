#include "relations/fold.h"

#include "relations/applier.h"
#include "relations/check.h"

namespace guanxi::relations {
namespace {

void Begin(AccountCore& core, const Event& event, Month month, const FoldContext& context, Transition& transition) {
  const Timestamp before{event.occurred_at.micros - 1};
  if (core.account_version == 0) {
    core.first_event_at = event.occurred_at;
    core.first_position = event.position;
    core.swept_to = before;
  } else {
    GUANXI_INVARIANT(event.occurred_at >= core.last_event_at && event.occurred_at > core.swept_to);
    // Nothing falls due within a month but SLA clocks: the usual event need not look further.
    const bool month_ends_between = core.swept_to.micros < context.calendar.StartOf(month).micros - 1;
    if (month_ends_between || !core.sla_clocks.empty()) Advance(core, before, context, transition);
    core.swept_to = before;
  }
  // The event's own month may be a later one than that of the microsecond before it.
  PruneTo(core, event.occurred_at, month, context.calendar);
  core.last_event_at = event.occurred_at;
  core.last_position = event.position;
  ++core.account_version;
}

}  // namespace

Transition Fold(AccountCore& core, ChildSet& children, const Event& event, const FoldContext& context) {
  Transition transition;
  const EventFamily family = EntryOf(event.type).family;
  if (family == EventFamily::kControl) return transition;
  const Month month = context.calendar.MonthOf(event.occurred_at);
  Begin(core, event, month, context, transition);
  Applier applier(core, children, event, month, context, transition);
  std::visit([&](const auto& body) { applier.Apply(body); }, event.body);
  if (family == EventFamily::kBusiness) AssessTier(core, event.occurred_at, false, context, transition);
  return transition;
}

void Applier::Report(AnomalyKind kind, std::string_view subject) {
  const Anomaly anomaly{kind, position(), now(), std::string(subject)};
  transition_.anomalies.push_back(anomaly);
  ++core_.counts.anomalies;
  if (core_.anomalies.size() == kAnomaliesKept) core_.anomalies.erase(core_.anomalies.begin());
  core_.anomalies.push_back(anomaly);
}

}  // namespace guanxi::relations
