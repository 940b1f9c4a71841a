// The engine's fold, run on the reference model's account: encoded and decoded
// as the log would, folded in order, advanced to the time of the read.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/record.h"
#include "relations/assess.h"
#include "relations/fold.h"
#include "support/reference/reference.h"

namespace guanxi::property {

// An account's rows as a store would hold them.
struct Rows {
  relations::AccountCore core;
  std::map<relations::ChildKey, relations::Child> children;
  bool operator==(const Rows&) const = default;
};

// What came out, with everything the transitions said on the way.
struct EngineState {
  Rows rows;
  std::vector<relations::TierChange> history;
  std::map<uint64_t, std::vector<std::string>> anomalies;  // by position
  std::map<uint64_t, relations::TierMachine> assessments;  // after each event that has one, by position
  relations::Evaluation evaluation;
  relations::Assessment assessment;
};

// Ways to run that must not make a difference.
struct Manner {
  // Events folded with one set of children before it is written back; at least 1.
  size_t batch = 1;
  // In-place advances between two events, as shares (0-255) of the time between them.
  std::vector<int> stops;
  // Advances from due instant to due instant instead of in one jump.
  bool due_to_due = false;
  // Every row is encoded and decoded again at each write-back, the core too.
  bool through_rows = false;
};

// The event as a client would send it.
codec::Record RecordOf(const std::string& account, const reference::Event& event);

relations::Policy ToEngine(const reference::Policy& policy);

// Folds what is known at known_to and occurred until valid_to; advances to valid_to.
// Precondition: at least one event does.
EngineState RunEngine(const reference::Account& account, uint64_t known_to, Timestamp valid_to, const Manner& manner = {});

}  // namespace guanxi::property
