// The people of an account: contacts who come, change and go, visits, minutes, action items.
#pragma once

#include <string>
#include <vector>

#include "importers/generator/scene.h"

namespace guanxi::importers::generator {

class People {
 public:
  void Live(Scene& scene);

  // Some present contact's id; empty when there is none.
  std::string SomeContact(Scene& scene) const;

 private:
  struct Contact {
    uint16_t number;
    uint8_t row;  // of kRoster
    bool present;
  };

  void Meet(Scene& scene);
  void Change(Scene& scene);
  void AddContact(Scene& scene, uint8_t row, Timestamp at);
  bool HoldsRow(uint8_t row) const;
  void Visit(Scene& scene, Timestamp at, bool executives);
  std::vector<const Contact*> Participants(Scene& scene, bool executives) const;
  void RecordMinutes(Scene& scene, Timestamp visited_at);
  static std::string IdOf(const Contact& contact);

  std::vector<Contact> contacts_;
  uint32_t visits_ = 0;
  Timestamp last_visit_at_ = kEarliestTimestamp;
  uint32_t minutes_ = 0;
  uint32_t action_items_ = 0;
};

}  // namespace guanxi::importers::generator
