// Complaints and surveys.
#include "support/reference/applier.h"

namespace guanxi::reference {

ComplaintStep Applier::StartEpisode(Step step, bool critical) const {
  if (critical) return {step, at, policy_.critical_first_response_hours, policy_.critical_resolution_hours};
  return {step, at, policy_.first_response_hours, policy_.resolution_hours};
}

// A complaint of the category was resolved or closed at most recurrence_days before.
bool Applier::IsRecurrence(const std::string& category) const {
  if (category.empty()) return false;
  for (const auto& [id, complaint] : f.complaints) {
    if (complaint.category != category) continue;
    for (const ComplaintStep& step : complaint.steps) {
      if (step.step != Step::kClosed && step.step != Step::kResolved) continue;
      if (at.micros - step.at.micros <= policy_.recurrence_days * kMicrosPerDay) return true;
    }
  }
  return false;
}

void Applier::On(const v1::ComplaintFiled& e) {
  if (f.complaints.contains(e.complaint_id())) return Anomaly("COMPLAINT_ALREADY_FILED");
  Complaint filed;
  filed.category = e.category();
  filed.critical = e.severity() == v1::SEVERITY_CRITICAL;
  filed.recurrence = IsRecurrence(e.category());
  filed.steps.push_back(StartEpisode(Step::kFiled, filed.critical));
  f.complaints[e.complaint_id()] = filed;
}

namespace {

bool Fits(const Complaint& complaint, Step step) {
  switch (step) {
    case Step::kFiled:
      return false;
    case Step::kAcknowledged:
      return complaint.open && !complaint.acknowledged;
    case Step::kPaused:
      return complaint.open && !complaint.paused;
    case Step::kResumed:
      return complaint.open && complaint.paused;
    case Step::kResolved:
      return complaint.open;
    case Step::kReopened:
      return !complaint.open;
    case Step::kClosed:
      return !complaint.closed;
  }
  return false;
}

}  // namespace

void Applier::TakeStep(const std::string& id, Step step) {
  const auto known = f.complaints.find(id);
  if (known == f.complaints.end()) return Anomaly("COMPLAINT_UNKNOWN");
  Complaint& complaint = known->second;
  if (!Fits(complaint, step)) return Anomaly("COMPLAINT_STEP_UNEXPECTED");
  complaint.paused = step == Step::kPaused;
  if (step == Step::kAcknowledged) complaint.acknowledged = true;
  if (step == Step::kReopened) complaint.acknowledged = false;
  if (step == Step::kResolved || step == Step::kClosed) complaint.open = false;
  if (step == Step::kReopened) complaint.open = true;
  complaint.closed = step == Step::kClosed;
  complaint.steps.push_back(step == Step::kReopened ? StartEpisode(step, complaint.critical) : ComplaintStep{step, at});
}

void Applier::On(const v1::ComplaintAcknowledged& e) { TakeStep(e.complaint_id(), Step::kAcknowledged); }
void Applier::On(const v1::ComplaintPaused& e) { TakeStep(e.complaint_id(), Step::kPaused); }
void Applier::On(const v1::ComplaintResumed& e) { TakeStep(e.complaint_id(), Step::kResumed); }
void Applier::On(const v1::ComplaintResolved& e) { TakeStep(e.complaint_id(), Step::kResolved); }
void Applier::On(const v1::ComplaintReopened& e) { TakeStep(e.complaint_id(), Step::kReopened); }
void Applier::On(const v1::ComplaintClosed& e) { TakeStep(e.complaint_id(), Step::kClosed); }

void Applier::On(const v1::SurveySent& e) {
  if (!f.surveys.insert(e.survey_id()).second) Anomaly("SURVEY_ALREADY_SENT");
}

void Applier::On(const v1::SurveyAnswered& e) {
  if (!f.surveys.contains(e.survey_id())) return Anomaly("SURVEY_UNKNOWN");
  if (!f.surveys_answered.insert(e.survey_id()).second) return Anomaly("SURVEY_ALREADY_ANSWERED");
  f.answers.push_back({at, e.score(), e.scale()});
}

}  // namespace guanxi::reference
