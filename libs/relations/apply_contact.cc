#include "relations/applier.h"

namespace guanxi::relations {
namespace {

constexpr size_t kSealedPartsMax = 17;  // the first and the newest 16

bool Supports(bool present, Stance stance) { return present && (stance == Stance::kSupporter || stance == Stance::kMentor); }

void AddSealed(Contact& contact, Position position, const std::string& sealed) {
  if (sealed.empty()) return;
  if (contact.personal.size() == kSealedPartsMax) contact.personal.erase(contact.personal.begin() + 1);
  contact.personal.push_back({position, sealed});
}

}  // namespace

// Sets presence and stance, and keeps the counts of them.
void Applier::SetStance(Contact& contact, bool present, Stance stance) {
  core_.counts.contacts += static_cast<uint64_t>(present) - static_cast<uint64_t>(contact.present);
  core_.counts.supporters +=
      static_cast<uint64_t>(Supports(present, stance)) - static_cast<uint64_t>(Supports(contact.present, contact.stance));
  contact.present = present;
  contact.stance = stance;
}

Contact* Applier::PresentContact(std::string_view id, AnomalyKind unknown) {
  const Contact* contact = children_.Find<Contact>(id);
  if (contact && contact->present) return children_.Edit<Contact>(id);
  Report(unknown, id);
  return nullptr;
}

void Applier::Apply(const ContactAdded& e) {
  Contact* contact = children_.Edit<Contact>(e.contact_id);
  if (!contact) contact = &children_.Put(e.contact_id, Contact{.present = false});
  if (contact->present) Report(AnomalyKind::CONTACT_ALREADY_ADDED, e.contact_id);
  SetStance(*contact, true, e.stance);
  contact->department = e.department;
  contact->level = e.level;
  contact->role = e.role;
  contact->personal.clear();
  AddSealed(*contact, position(), e.sealed_personal);
  contact->added_at = contact->changed_at = now();
  contact->position = position();
}

void Applier::Apply(const ContactChanged& e) {
  Contact* contact = PresentContact(e.contact_id, AnomalyKind::CONTACT_UNKNOWN);
  if (!contact) return;
  if (e.department) contact->department = *e.department;
  if (e.level) contact->level = *e.level;
  if (e.role) contact->role = *e.role;
  if (e.stance) SetStance(*contact, true, *e.stance);
  AddSealed(*contact, position(), e.sealed_personal);
  contact->changed_at = now();
  contact->position = position();
}

void Applier::Apply(const ContactRemoved& e) {
  Contact* contact = PresentContact(e.contact_id, AnomalyKind::CONTACT_UNKNOWN);
  if (!contact) return;
  SetStance(*contact, false, contact->stance);
  contact->changed_at = now();
  contact->position = position();
}

}  // namespace guanxi::relations
