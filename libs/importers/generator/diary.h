// Where an account's events are written: stamps id, source, account and time.
#pragma once

#include <cstdint>
#include <string>

#include "importers/generator/outbox.h"

namespace guanxi::importers::generator {

// Not thread-safe. Refers to the outbox, which outlives it.
class Diary {
 public:
  Diary(Outbox& outbox, std::string account_id) : outbox_(&outbox), account_id_(std::move(account_id)) {}

  // Written so far.
  uint32_t events() const { return events_; }
  // Who does what is written from now on.
  void SetActor(std::string employee) { actor_ = std::move(employee); }

  void Write(Timestamp at, const google::protobuf::Message& data);

 private:
  Outbox* outbox_;
  std::string account_id_;
  std::string actor_;
  uint32_t events_ = 0;
};

}  // namespace guanxi::importers::generator
