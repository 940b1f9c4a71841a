#include "relations/applier.h"

namespace guanxi::relations {

void Applier::CountOpen(const Complaint& complaint, int change) {
  uint64_t& count = complaint.severity == Severity::kCritical ? core_.counts.complaints_open_critical : core_.counts.complaints_open_other;
  count += static_cast<uint64_t>(change);
}

// Open again or for the first time: two clocks by the policy now in force.
void Applier::StartEpisode(Complaint& complaint) {
  complaint.state = ComplaintState::kOpen;
  complaint.acknowledged = false;
  complaint.episode_started_at = now();
  CountOpen(complaint, +1);
  complaint.clock = 0;
  if (core_.sla_clocks.size() == kSlaClocksMax) return;
  const Policy& policy = context_.PolicyOf(core_, now());
  const SlaHours& hours = complaint.severity == Severity::kCritical ? policy.sla_critical : policy.sla_normal;
  complaint.clock = ++core_.sla_clocks_started;
  core_.sla_clocks.push_back({.number = complaint.clock,
                              .response_due = Timestamp{now().micros + hours.first_response * kMicrosPerHour},
                              .resolution_due = Timestamp{now().micros + hours.resolution * kMicrosPerHour},
                              .position = position()});
}

// nullptr when the episode has none or both its clocks are decided.
SlaClock* Applier::ClockOf(const Complaint& complaint) {
  const auto at = std::lower_bound(core_.sla_clocks.begin(), core_.sla_clocks.end(), complaint.clock,
                                   [](const SlaClock& c, uint64_t number) { return c.number < number; });
  return at != core_.sla_clocks.end() && at->number == complaint.clock ? &*at : nullptr;
}

void Applier::CountHit(std::optional<Timestamp>& due) {
  if (!due) return;
  ++bucket().sla_hits;
  Evidence(EvidenceClass::kComplaint);
  due.reset();
}

// Both due times move by the length of the pause.
void Applier::EndPause(Complaint& complaint) {
  if (complaint.state != ComplaintState::kPaused) return;
  complaint.state = ComplaintState::kOpen;
  SlaClock* clock = ClockOf(complaint);
  if (!clock || !clock->paused_at) return;
  const int64_t pause = now().micros - clock->paused_at->micros;
  if (clock->response_due) clock->response_due->micros += pause;
  if (clock->resolution_due) clock->resolution_due->micros += pause;
  clock->paused_at.reset();
}

void Applier::RememberEnd(std::string_view category) {
  if (category.empty()) return;
  std::vector<CategoryEnd>& ends = core_.category_ends;
  auto at = std::lower_bound(ends.begin(), ends.end(), category, [](const CategoryEnd& e, std::string_view c) { return e.category < c; });
  if (at != ends.end() && at->category == category) {
    at->at = now();
    return;
  }
  if (ends.size() == kCategoriesMax) {
    ends.erase(std::min_element(ends.begin(), ends.end(), [](const CategoryEnd& a, const CategoryEnd& b) { return a.at < b.at; }));
    at = std::lower_bound(ends.begin(), ends.end(), category, [](const CategoryEnd& e, std::string_view c) { return e.category < c; });
  }
  ends.insert(at, {std::string(category), now()});
}

void Applier::Apply(const ComplaintFiled& e) {
  if (!IsNew<Complaint>(e.complaint_id, AnomalyKind::COMPLAINT_ALREADY_FILED)) return;
  Complaint complaint{.category = e.category, .severity = e.severity, .level = e.level, .filed_at = now(), .position = position()};
  const Policy& policy = context_.PolicyOf(core_, now());
  for (const CategoryEnd& end : core_.category_ends)
    complaint.recurrence |= end.category == e.category && now().micros - end.at.micros <= policy.recurrence_days * kMicrosPerDay;
  StartEpisode(complaint);
  if (complaint.clock == 0) Report(AnomalyKind::COMPLAINT_CLOCKS_TOO_MANY, e.complaint_id);
  ++core_.counts.complaints;
  ++bucket().complaints;
  bucket().recurrences += complaint.recurrence;
  Evidence(EvidenceClass::kComplaint);
  children_.Put(e.complaint_id, std::move(complaint));
}

// The complaint to change when it is in one of the states; reports otherwise.
Complaint* Applier::ComplaintIn(std::string_view id, std::initializer_list<ComplaintState> states) {
  const Complaint* known = children_.Find<Complaint>(id);
  if (known && std::find(states.begin(), states.end(), known->state) != states.end()) {
    Complaint* complaint = children_.Edit<Complaint>(id);
    complaint->position = position();
    return complaint;
  }
  Report(known ? AnomalyKind::COMPLAINT_STEP_UNEXPECTED : AnomalyKind::COMPLAINT_UNKNOWN, id);
  return nullptr;
}

void Applier::Apply(const ComplaintAcknowledged& e) {
  const Complaint* known = children_.Find<Complaint>(e.complaint_id);
  if (known && known->acknowledged) return Report(AnomalyKind::COMPLAINT_STEP_UNEXPECTED, e.complaint_id);
  Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kOpen, ComplaintState::kPaused});
  if (!complaint) return;
  EndPause(*complaint);
  complaint->acknowledged = true;
  if (SlaClock* clock = ClockOf(*complaint)) {
    CountHit(clock->response_due);
    if (!clock->resolution_due) std::erase_if(core_.sla_clocks, [&](const SlaClock& c) { return c.number == complaint->clock; });
  }
}

void Applier::Apply(const ComplaintPaused& e) {
  Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kOpen});
  if (!complaint) return;
  complaint->state = ComplaintState::kPaused;
  if (SlaClock* clock = ClockOf(*complaint)) clock->paused_at = now();
}

void Applier::Apply(const ComplaintResumed& e) {
  if (Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kPaused})) EndPause(*complaint);
}

void Applier::Resolve(Complaint& complaint) {
  EndPause(complaint);
  if (SlaClock* clock = ClockOf(complaint)) {
    CountHit(clock->response_due);
    CountHit(clock->resolution_due);
    std::erase_if(core_.sla_clocks, [&](const SlaClock& c) { return c.number == complaint.clock; });
  }
  CountOpen(complaint, -1);
  complaint.state = ComplaintState::kResolved;
  complaint.resolved_at = now();
  RememberEnd(complaint.category);
}

void Applier::Apply(const ComplaintResolved& e) {
  if (Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kOpen, ComplaintState::kPaused})) Resolve(*complaint);
}

void Applier::Apply(const ComplaintReopened& e) {
  Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kResolved, ComplaintState::kClosed});
  if (!complaint) return;
  StartEpisode(*complaint);
  ++complaint->episodes;
  if (complaint->clock == 0) Report(AnomalyKind::COMPLAINT_CLOCKS_TOO_MANY, e.complaint_id);
}

void Applier::Apply(const ComplaintClosed& e) {
  Complaint* complaint = ComplaintIn(e.complaint_id, {ComplaintState::kOpen, ComplaintState::kPaused, ComplaintState::kResolved});
  if (!complaint) return;
  if (complaint->state != ComplaintState::kResolved) Resolve(*complaint);
  complaint->state = ComplaintState::kClosed;
  complaint->closed_at = now();
  RememberEnd(complaint->category);
}

void Applier::Apply(const SurveySent& e) {
  if (!IsNew<Survey>(e.survey_id, AnomalyKind::SURVEY_ALREADY_SENT)) return;
  children_.Put(e.survey_id, Survey{.contact_id = e.contact_id, .sent_at = now(), .position = position()});
  ++core_.counts.surveys_sent;
}

void Applier::Apply(const SurveyAnswered& e) {
  const Survey* known = children_.Find<Survey>(e.survey_id);
  if (!known) return Report(AnomalyKind::SURVEY_UNKNOWN, e.survey_id);
  if (known->answered_at) return Report(AnomalyKind::SURVEY_ALREADY_ANSWERED, e.survey_id);
  Survey& survey = *children_.Edit<Survey>(e.survey_id);
  survey.answered_at = now();
  survey.score = e.score;
  survey.scale = e.scale;
  survey.position = position();
  ++core_.counts.surveys_answered;
  ++bucket().survey_answers;
  // Admission sees to it that scale divides 2100 and 0 <= score <= scale.
  if (e.scale > 0 && e.score > 0)
    bucket().survey_sum += static_cast<uint64_t>(std::min(e.score, e.scale)) * 2100 / static_cast<uint64_t>(e.scale);
  Evidence(EvidenceClass::kSurvey);
}

}  // namespace guanxi::relations
