// The account that is larger than any row: exact numbers of events, open invoices and contacts.
#pragma once

#include <string>

#include "importers/generator/care.h"
#include "importers/generator/scene.h"

namespace guanxi::importers::generator {

inline constexpr uint32_t kGiantEventsPerOpenInvoice = 10;
inline constexpr uint32_t kGiantEventsPerContact = 200;

class Giant {
 public:
  // `events` >= 1000, over `months` months.
  Giant(const GeneratorOptions& options, const Firm& firm, uint32_t events, uint32_t months, Outbox& outbox);

  // Months come in order, each once.
  void Live(Month month);

 private:
  void Open(Scene& scene);
  void AddContact(Scene& scene, uint32_t number, Timestamp at);
  void Visit(Scene& scene, Timestamp at);
  void Buy(Scene& scene, Timestamp at, bool pays);
  void Tell(Scene& scene, Timestamp at, uint32_t step);

  const GeneratorOptions& options_;
  const Firm& firm_;
  Random random_;
  Diary diary_;
  Care care_;
  AccountPlan plan_;
  const uint32_t contacts_;
  uint32_t events_left_;
  uint32_t open_invoices_left_;
  uint32_t months_left_;
  uint32_t orders_ = 0;
  uint32_t visits_ = 0;
  bool opened_ = false;
};

}  // namespace guanxi::importers::generator
