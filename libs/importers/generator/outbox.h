// Events on their way: kept by the month in which they arrive, given to the sink
// in order of arrival.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "importers/generator.h"
#include "importers/generator/random.h"

namespace guanxi::importers::generator {

// Not thread-safe. Refers to options, sink and report: they outlive it.
class Outbox {
 public:
  Outbox(const GeneratorOptions& options, EventSink& sink, GeneratorReport& report)
      : options_(options), calendar_(options.utc_offset_micros), sink_(sink), report_(report), random_(Mix(options.seed, 'o')) {}

  // Takes an event that happens at `at`. One that happens outside [from, to) is dropped.
  void Add(Timestamp at, const guanxi::v1::NewEvent& event);

  // Gives away what arrives in or before `month`; nothing of it may be added later.
  absl::Status Flush(Month month);

 private:
  struct Letter {
    Timestamp arrives;
    uint64_t number;
    std::string event;  // as bytes: a third of the message's memory
  };

  Timestamp ArrivalOf(Timestamp at);
  absl::Status Give(const Letter& letter);

  const GeneratorOptions& options_;
  const BusinessCalendar calendar_;
  EventSink& sink_;
  GeneratorReport& report_;
  Random random_;
  uint64_t letters_ = 0;
  std::map<Month, std::vector<Letter>> by_month_;
};

}  // namespace guanxi::importers::generator
