// The fold: state before + event -> state after. Pure: no clock, no I/O, integers
// only; the same events in (occurred_at, position) order give the same state
// however they are batched and however reads advance copies in between. Rules:
// docs/domain-decisions.md.
//
//   needed = ChildrenNeeded(core, event, calendar)   // load those that exist
//   transition = Fold(core, children, event, context) // write core and dirty children
//
// A read at V works on a copy of the core: AdvanceTo(copy, V, context).
//
// relations is the domain: it knows base and nothing else, no protos, no storage,
// no network. All of it is values and pure functions, safe from any thread as long
// as nobody writes the value. Read in this order: event_type.h and events.h (what
// happens), account.h and child.h (what is known), policy.h (the rules' numbers),
// this file (how one becomes the other), assess.h (why), row_coding.h (bytes).
// Inside: applier.h and apply_*.cc apply one event, advance.cc lets time pass,
// window.cc and dimensions.cc are the formulas, tier_machine.cc moves the tier,
// explain.cc says it in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relations/account.h"
#include "relations/child_set.h"
#include "relations/events.h"
#include "relations/policy.h"

namespace guanxi::relations {

struct FoldContext {
  const PolicyLineage& policies;
  Position known_to;  // policies known at this position; the live fold gives the record's own
  BusinessCalendar calendar;

  // The rules for the account at t.
  const Policy& PolicyOf(const AccountCore& core, Timestamp t) const { return PolicyFor(core, policies.InForce(t, known_to)); }
};

// What one account must tell another. Delivered as an event of `to`, once: its id
// is origin + type.
struct OutboxMessage {
  AccountId to;
  Position origin;        // of the event that caused it
  Timestamp occurred_at;  // of the message: that of its cause
  EventBody body;
  friend bool operator==(const OutboxMessage&, const OutboxMessage&) = default;
};

// What a fold or an advance did beyond the state itself.
struct Transition {
  std::vector<TierChange> tier_changes;  // in the order they happened
  std::vector<Anomaly> anomalies;        // of the event
  std::vector<OutboxMessage> outbox;

  bool empty() const { return tier_changes.empty() && anomalies.empty() && outbox.empty(); }
};

// The children that Fold may read for this event; each key once. Loading more does
// no harm, loading less changes the result.
std::vector<ChildKey> ChildrenNeeded(const AccountCore& core, const Event& event, const BusinessCalendar& calendar);

// Lets time pass to event.occurred_at (exclusive), applies the event, assesses the
// tier when it is a business event. The first event makes the account (core.id set,
// everything else default). Precondition: the event comes after all folded before
// and core was not advanced to its instant: swept_to < event.occurred_at, and
// (occurred_at, position) is greater than that of the event before. A control
// record changes nothing. Cost: well below a microsecond for an order.
Transition Fold(AccountCore& core, ChildSet& children, const Event& event, const FoldContext& context);

// Lets time pass to t (inclusive): SLA clocks that fall due, month-end assessments.
// Jumps from due instant to due instant; does nothing when t <= swept_to.
Transition AdvanceTo(AccountCore& core, Timestamp t, const FoldContext& context);

// The next instant after swept_to at which AdvanceTo could change a tier or a
// clock: a month end or an SLA due time. Nothing when no time can change anything
// any more (until a policy is adopted or an event comes).
std::optional<Timestamp> NextDue(const AccountCore& core, const FoldContext& context);

}  // namespace guanxi::relations
