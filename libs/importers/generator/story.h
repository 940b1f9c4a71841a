// One account's life, month by month: the account itself here, the rest by its parts.
#pragma once

#include <string>

#include "importers/generator/care.h"
#include "importers/generator/people.h"
#include "importers/generator/pursuit.h"
#include "importers/generator/trade.h"

namespace guanxi::importers::generator {

class Story {
 public:
  Story(const GeneratorOptions& options, const Firm& firm, const AccountPlan& plan, Outbox& outbox);

  // Tells what happens in `month`; months come in order, each once. `activity`:
  // in per mille of the persona's rates.
  void Live(Month month, uint64_t activity);

 private:
  Scene MakeScene(Month month, uint64_t activity);
  void Open(Scene& scene);
  void AssignOwner(Scene& scene, Timestamp at, uint32_t seller);
  void ChangeOwner(Scene& scene);
  void KeepRecords(Scene& scene);
  void KeepGroup(Scene& scene);
  void KeepDesignation(Scene& scene);
  void DeclareTier(Scene& scene);
  void OverrideTier(Scene& scene);
  void Refer(Scene& scene);

  const GeneratorOptions& options_;
  const Firm& firm_;
  const AccountPlan& plan_;
  Random random_;
  Diary diary_;
  uint32_t seller_;
  uint32_t group_ = kNobody;
  bool opened_ = false;
  bool left_ = false;
  bool designated_ = false;
  uint32_t referrals_ = 0;
  People people_;
  Trade trade_;
  Pursuit pursuit_;
  Care care_;
};

}  // namespace guanxi::importers::generator
