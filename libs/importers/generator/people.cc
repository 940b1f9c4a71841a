#include "importers/generator/people.h"

#include <algorithm>

#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "importers/generator/catalogue.h"

namespace guanxi::importers::generator {
namespace {

namespace ev = guanxi::event::v1;

constexpr uint64_t kContactChangesPerMille = 30;
constexpr uint64_t kContactLeavesPerMille = 15;
constexpr uint64_t kFactPerMille = 300;
constexpr uint64_t kItemDonePerMille = 800;
constexpr uint64_t kItemDroppedPerMille = 80;

bool IsExecutive(uint8_t row) { return kRoster[row].level == ev::LEVEL_EXECUTIVE; }

std::string VisitId(uint32_t number) { return "v-" + std::to_string(number); }

}  // namespace

void People::Live(Scene& scene) {
  Meet(scene);
  Change(scene);
  struct Planned {
    Timestamp at;
    bool executives;
  };
  std::vector<Planned> planned;
  for (uint32_t n = scene.Times(scene.traits().visits); n > 0; --n) planned.push_back({scene.WorkTime(), false});
  for (uint32_t n = scene.Times(scene.traits().executive_visits); n > 0; --n) planned.push_back({scene.WorkTime(), true});
  // The chain of reviews follows time.
  std::stable_sort(planned.begin(), planned.end(), [](const Planned& a, const Planned& b) { return a.at < b.at; });
  for (const Planned& visit : planned) {
    last_visit_at_ = std::max(visit.at, Timestamp{last_visit_at_.micros + 30 * kMicrosPerMinute});
    Visit(scene, last_visit_at_, visit.executives);
  }
}

std::string People::SomeContact(Scene& scene) const {
  if (contacts_.empty()) return "";
  const Contact& contact = scene.random.Pick(contacts_);
  return contact.present ? IdOf(contact) : "";
}

// As many as the persona knows: all at the beginning, later two a month.
void People::Meet(Scene& scene) {
  uint32_t room = scene.opening ? static_cast<uint32_t>(kRoster.size()) : 2;
  for (uint8_t row = 0; row < scene.traits().contacts && room > 0; ++row) {
    if (HoldsRow(row)) continue;
    AddContact(scene, row, scene.EarlyInMonth());
    --room;
  }
}

void People::Change(Scene& scene) {
  if (scene.opening || contacts_.empty()) return;
  Contact& contact = contacts_[scene.random.Below(contacts_.size())];
  if (!contact.present) return;
  // After all who were met this morning.
  const Timestamp at{scene.EarlyInMonth().micros + 30 * kMicrosPerMinute};
  if (scene.random.PerMille(kContactChangesPerMille)) {
    ev::ContactChanged changed;
    changed.set_contact_id(IdOf(contact));
    changed.set_stance(static_cast<ev::Stance>(scene.random.Between(ev::STANCE_NEUTRAL, ev::STANCE_MENTOR)));
    scene.diary.Write(at, changed);
  } else if (scene.random.PerMille(kContactLeavesPerMille)) {
    ev::ContactRemoved removed;
    removed.set_contact_id(IdOf(contact));
    removed.set_reason("left the company");
    scene.diary.Write(at, removed);
    contact.present = false;
  }
}

void People::AddContact(Scene& scene, uint8_t row, Timestamp at) {
  const auto number = static_cast<uint16_t>(contacts_.size() + 1);
  contacts_.push_back({number, row, true});
  ev::ContactAdded added;
  added.set_contact_id(IdOf(contacts_.back()));
  added.set_name(PersonName(scene.random, scene.plan.chinese));
  added.set_department(std::string(kRoster[row].department));
  added.set_level(kRoster[row].level);
  added.set_role(kRoster[row].role);
  added.set_stance(kRoster[row].stance);
  if (scene.random.PerMille(kFactPerMille)) {
    auto& fact = *added.add_facts();
    fact.set_topic("hobby");
    fact.set_text(std::string(scene.random.Pick(kHobbies)));
  }
  scene.diary.Write(at, added);
}

bool People::HoldsRow(uint8_t row) const {
  return std::any_of(contacts_.begin(), contacts_.end(), [row](const Contact& c) { return c.present && c.row == row; });
}

void People::Visit(Scene& scene, Timestamp at, bool executives) {
  ev::VisitHeld visit;
  visit.set_first(visits_ == 0);
  if (visits_ > 0) visit.set_review_of(VisitId(visits_));
  visit.set_visit_id(VisitId(++visits_));
  visit.set_kind(executives || scene.random.PerMille(300) ? ev::VISIT_KIND_MEETING : ev::VISIT_KIND_VISIT);
  for (const Contact* contact : Participants(scene, executives)) {
    auto& customer = *visit.add_customers();
    customer.set_contact_id(IdOf(*contact));
    if (scene.random.PerMille(200)) customer.set_level(kRoster[contact->row].level);
  }
  auto& seller = *visit.add_ours();
  seller.set_employee(scene.owner);
  seller.set_level(ev::LEVEL_OPERATIONAL);
  if (executives) {
    auto& director = *visit.add_ours();
    director.set_employee("director-1");
    director.set_level(ev::LEVEL_EXECUTIVE);
  }
  visit.set_purpose(executives ? "strategy" : std::string(scene.random.Pick(kVisitPurposes)));
  visit.set_planned_minutes(static_cast<int32_t>(scene.random.Between(2, 8) * 15));
  visit.set_actual_minutes(static_cast<int32_t>(visit.planned_minutes() + scene.random.Between(-10, 30)));
  scene.diary.Write(at, visit);
  if (scene.random.PerMille(scene.persona == Persona::kOrdinary ? 200 : 500)) RecordMinutes(scene, at);
}

// One to three of those present; executives come to their own meetings and to one visit in four.
std::vector<const People::Contact*> People::Participants(Scene& scene, bool executives) const {
  std::vector<const Contact*> present;
  const bool executives_welcome = executives || scene.random.PerMille(250);
  for (const Contact& contact : contacts_) {
    if (!contact.present || (IsExecutive(contact.row) && !executives_welcome)) continue;
    if (!executives || IsExecutive(contact.row)) present.push_back(&contact);
  }
  const size_t wanted = static_cast<size_t>(scene.random.Between(1, 3));
  for (size_t i = 0; i < std::min(wanted, present.size()); ++i) std::swap(present[i], present[i + scene.random.Below(present.size() - i)]);
  if (present.size() > wanted) present.resize(wanted);
  return present;
}

void People::RecordMinutes(Scene& scene, Timestamp visited_at) {
  ev::MinutesRecorded minutes;
  minutes.set_minutes_id("m-" + std::to_string(++minutes_));
  minutes.set_visit_id(VisitId(visits_));
  const Timestamp at = scene.MinutesLater(visited_at, 90, 1'500);
  for (int64_t n = scene.random.Between(0, 2); n > 0; --n) {
    const Timestamp due = scene.DaysLater(at, 5, 30);
    auto& item = *minutes.add_action_items();
    item.set_item_id("a-" + std::to_string(++action_items_));
    item.set_text(std::string(scene.random.Pick(kActionTexts)));
    item.set_owner(scene.owner);
    *item.mutable_due_at() = codec::ToProto(due);
    const uint64_t fate = scene.random.Below(1000);
    if (fate < kItemDonePerMille) {
      ev::ActionItemDone done;
      done.set_item_id(item.item_id());
      scene.diary.Write(scene.DaysLater(at, 1, 40), done);
    } else if (fate < kItemDonePerMille + kItemDroppedPerMille) {
      ev::ActionItemDropped dropped;
      dropped.set_item_id(item.item_id());
      dropped.set_reason("no longer needed");
      scene.diary.Write(due, dropped);
    }
  }
  scene.diary.Write(at, minutes);
}

std::string People::IdOf(const Contact& contact) { return "c-" + std::to_string(contact.number); }

}  // namespace guanxi::importers::generator
