#include <fmt/format.h>

#include "relations/explain.h"

namespace guanxi::relations {
namespace {

std::string Plural(int64_t n, std::string_view one, std::string_view many) { return fmt::format("{} {}", n, n == 1 ? one : many); }

// Of invoices due before W12 only that they are is known; W12 has at least 334 days.
std::string OverdueText(int64_t days, int32_t allowed) {
  if (days == 0) return fmt::format("nothing is overdue, at most {} days allowed", allowed);
  const std::string_view more = days > 334 ? "at least " : "";
  return fmt::format("oldest open invoice {}{} overdue, at most {} allowed", more, Plural(days, "day", "days"), allowed);
}

std::string ScoreText(int16_t score, std::string_view relation, int32_t edge) {
  return score == kNotApplicable ? fmt::format("no score, which is below {}", edge) : fmt::format("score {} {} {}", score, relation, edge);
}

std::string UpText(const TierChange& change) {
  const std::string wait = change.waited_until
                               ? fmt::format("the wait after the change before ended {}", FormatTimestamp(*change.waited_until))
                               : "no wait before the first change";
  return fmt::format("{} to enter {}, whose gates hold; {}", ScoreText(change.score, ">=", change.threshold), NameOf(change.to), wait);
}

std::string DownText(const TierChange& change) {
  return fmt::format("{} to stay {}, at {} in a row", ScoreText(change.score, "<", change.threshold), NameOf(change.from),
                     Plural(change.actual, "month end", "month ends"));
}

std::string GateText(const TierChange& change) {
  return fmt::format("gate {} of {} fails: {}; {} is the highest tier below whose gates hold", NameOf(change.gate), NameOf(change.from),
                     FindingOf({change.gate, change.threshold}, change.actual, false), NameOf(change.to));
}

}  // namespace

std::string FindingOf(GateRule gate, int64_t actual, bool holds) {
  switch (gate.kind) {
    case GateKind::kNone:
      return "";
    case GateKind::kOrdersOrContracts:
      return fmt::format("{} in 12 months, needs {}", Plural(actual, "order or contract", "orders or contracts"), gate.threshold);
    case GateKind::kActiveContracts:
      return fmt::format("{}, needs {}", Plural(actual, "active contract", "active contracts"), gate.threshold);
    case GateKind::kDepartmentsMet:
      return fmt::format("{} met in 12 months, needs {}", Plural(actual, "department", "departments"), gate.threshold);
    case GateKind::kLevelsMet:
      return fmt::format("{} met in 12 months, needs {}", Plural(actual, "level", "levels"), gate.threshold);
    case GateKind::kDecisionMakerMet:
      return fmt::format("{} with a decision maker in 12 months, needs {}", Plural(actual, "visit", "visits"), gate.threshold);
    case GateKind::kLinesOrJointProject:
      return fmt::format("{} and {} in 12 months, needs {} lines or a project", Plural(actual, "business line", "business lines"),
                         holds && actual < gate.threshold ? "a joint project" : "no joint project", gate.threshold);
    case GateKind::kExecutiveMeeting:
      return actual == 0 ? fmt::format("none in the last {} calendar months", gate.threshold)
                         : fmt::format("{} in the last {} calendar months", actual, gate.threshold);
    case GateKind::kContractOfMonths:
      return actual < 0 ? fmt::format("no active contract, needs one of {} months", gate.threshold)
                        : fmt::format("longest active contract {}, needs {}", Plural(actual, "month", "months"), gate.threshold);
    case GateKind::kCriticalComplaints:
      return fmt::format("{}, at most {} allowed", Plural(actual, "open critical complaint", "open critical complaints"), gate.threshold);
    case GateKind::kOverdueDays:
      return OverdueText(actual, gate.threshold);
    case GateKind::kMonthsWithOrders:
      return fmt::format("orders in {} of 12, needs {}", Plural(actual, "month", "months"), gate.threshold);
    case GateKind::kYearsSinceFirst:
      return fmt::format("{} since the first contract or order, needs {}", Plural(actual, "full year", "full years"), gate.threshold);
  }
  return "";
}

std::string DecidedByOf(const TierChange& change) {
  switch (change.rule) {
    case TierRuleKind::kGate:
      return GateText(change);
    case TierRuleKind::kScoreDown:
      return DownText(change);
    case TierRuleKind::kScoreUp:
      return UpText(change);
  }
  return "";
}

}  // namespace guanxi::relations
