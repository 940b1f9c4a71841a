#include "importers/generator/care.h"

#include <algorithm>

#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

constexpr uint64_t kCriticalPerMille = 80;
constexpr uint64_t kPausedPerMille = 120;
constexpr uint64_t kReopenedPerMille = 60;
constexpr uint64_t kSurveyAnsweredPerMille = 700;
constexpr int32_t kSurveyScale = 10;

template <class Step>
void Write(Scene& scene, const std::string& id, Timestamp at) {
  Step step;
  step.set_complaint_id(id);
  scene.diary.Write(at, step);
}

}  // namespace

void Care::Live(Scene& scene, const std::string& contact_id) {
  for (uint32_t n = scene.Times(scene.traits().complaints); n > 0; --n) Complain(scene, scene.WorkTime());
  for (uint32_t n = scene.Times(scene.traits().surveys); n > 0; --n)
    Ask(scene, scene.WorkTime(), contact_id, scene.random.PerMille(kSurveyAnsweredPerMille));
}

void Care::Complain(Scene& scene, Timestamp at) {
  const bool critical = scene.random.PerMille(kCriticalPerMille);
  ev::ComplaintFiled filed;
  filed.set_complaint_id("q-" + std::to_string(++complaints_));
  filed.set_category(std::string(scene.random.Pick(kComplaintCategories)));
  filed.set_severity(critical ? ev::SEVERITY_CRITICAL : ev::SEVERITY_NORMAL);
  filed.set_level(static_cast<ev::Level>(scene.random.Between(ev::LEVEL_GRASS_ROOTS, ev::LEVEL_SENIOR)));
  filed.set_text("the " + filed.category() + " was not as agreed");
  scene.diary.Write(at, filed);
  const std::string& id = filed.complaint_id();
  Timestamp resolved = Answer(scene, id, at, critical);
  if (scene.random.PerMille(kReopenedPerMille)) {
    const Timestamp reopened = scene.DaysLater(resolved, 1, 4);
    ev::ComplaintReopened again;
    again.set_complaint_id(id);
    again.set_reason("it came back");
    scene.diary.Write(reopened, again);
    resolved = Answer(scene, id, reopened, critical);
  }
  Write<ev::ComplaintClosed>(scene, id, scene.DaysLater(resolved, 1, 6));
}

// Acknowledged and resolved, mostly in time; gives when it was resolved.
Timestamp Care::Answer(Scene& scene, const std::string& id, Timestamp at, bool critical) {
  const int64_t pace = critical ? 1 : 3;
  const Timestamp acknowledged = scene.MinutesLater(at, 10, pace * 180);
  Write<ev::ComplaintAcknowledged>(scene, id, acknowledged);
  const Timestamp started = scene.random.PerMille(kPausedPerMille) ? Pause(scene, id, acknowledged) : acknowledged;
  const Timestamp resolved = scene.MinutesLater(started, 60, pace * 1'600);
  ev::ComplaintResolved done;
  done.set_complaint_id(id);
  done.set_resolution("replaced");
  scene.diary.Write(resolved, done);
  return resolved;
}

Timestamp Care::Pause(Scene& scene, const std::string& id, Timestamp at) {
  const Timestamp paused = scene.MinutesLater(at, 5, 60);
  ev::ComplaintPaused pause;
  pause.set_complaint_id(id);
  pause.set_reason("waiting for a sample");
  scene.diary.Write(paused, pause);
  const Timestamp resumed = scene.DaysLater(paused, 1, 5);
  Write<ev::ComplaintResumed>(scene, id, resumed);
  return resumed;
}

void Care::Ask(Scene& scene, Timestamp at, const std::string& contact_id, bool answered) {
  ev::SurveySent sent;
  sent.set_survey_id("s-" + std::to_string(++surveys_));
  sent.set_contact_id(contact_id);
  scene.diary.Write(at, sent);
  if (!answered) return;
  ev::SurveyAnswered answer;
  answer.set_survey_id(sent.survey_id());
  answer.set_contact_id(contact_id);
  answer.set_scale(kSurveyScale);
  answer.set_score(static_cast<int32_t>(std::clamp<int64_t>(scene.traits().survey_score + scene.random.Between(-2, 1), 0, kSurveyScale)));
  scene.diary.Write(scene.DaysLater(at, 1, 10), answer);
}

}  // namespace guanxi::importers::generator
