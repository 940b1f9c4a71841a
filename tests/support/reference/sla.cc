#include "support/reference/sla.h"

#include <algorithm>
#include <optional>

namespace guanxi::reference {
namespace {

struct Clocks {
  std::vector<SlaDecision> decisions;
  // Due instants of the episode's undecided clocks.
  std::optional<Timestamp> first_response, resolution;
  std::optional<Timestamp> paused_since;

  void Miss(std::optional<Timestamp>& due, Instant now) {
    if (paused_since || !due) return;
    if (*due < now.t || (now.due_at_t_passed && *due == now.t)) {
      decisions.push_back({false, *due});
      due.reset();
    }
  }
  void PassTo(Instant now) {
    Miss(first_response, now);
    Miss(resolution, now);
  }
  void Hit(std::optional<Timestamp>& due, Timestamp at) {
    if (due) decisions.push_back({true, at});
    due.reset();
  }
  void EndPause(Timestamp at) {
    if (!paused_since) return;
    const int64_t length = at.micros - paused_since->micros;
    if (first_response) first_response->micros += length;
    if (resolution) resolution->micros += length;
    paused_since.reset();
  }
  void Take(const ComplaintStep& step) {
    if (step.step == Step::kPaused) {
      paused_since = step.at;
      return;
    }
    EndPause(step.at);
    const bool over = step.step == Step::kResolved || step.step == Step::kClosed;
    if (over || step.step == Step::kAcknowledged) Hit(first_response, step.at);
    if (over) Hit(resolution, step.at);
    if (step.step == Step::kFiled || step.step == Step::kReopened) {
      first_response = Timestamp{step.at.micros + step.first_response_hours * kMicrosPerHour};
      resolution = Timestamp{step.at.micros + step.resolution_hours * kMicrosPerHour};
    }
  }
};

Clocks Run(const Complaint& complaint, Instant now) {
  Clocks clocks;
  for (const ComplaintStep& step : complaint.steps) {
    clocks.PassTo({step.at, false});
    clocks.Take(step);
  }
  clocks.PassTo(now);
  return clocks;
}

}  // namespace

std::vector<SlaDecision> DecisionsOf(const Complaint& complaint, Instant now) { return Run(complaint, now).decisions; }

std::vector<Timestamp> RunningDues(const Complaint& complaint, Instant now) {
  const Clocks clocks = Run(complaint, now);
  std::vector<Timestamp> dues;
  if (clocks.paused_since) return dues;
  if (clocks.first_response) dues.push_back(*clocks.first_response);
  if (clocks.resolution) dues.push_back(*clocks.resolution);
  std::sort(dues.begin(), dues.end());
  return dues;
}

}  // namespace guanxi::reference
