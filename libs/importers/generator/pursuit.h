// What we try to win at an account: opportunities with their stages, tenders and
// bids, joint projects, trials.
#pragma once

#include <string>

#include "guanxi/event/v1/opportunity.pb.h"
#include "importers/generator/scene.h"

namespace guanxi::importers::generator {

class Pursuit {
 public:
  void Live(Scene& scene);

  // The joint project that runs at the beginning of the month told last; empty when none does.
  const std::string& project_id() const { return project_id_; }

 private:
  void Open(Scene& scene, Timestamp at);
  Timestamp MoveThroughStages(Scene& scene, const std::string& id, Timestamp at, bool bidding);
  void Close(Scene& scene, const std::string& id, Timestamp at, int64_t cents, uint64_t fate);
  void Bid(Scene& scene, const std::string& opportunity_id, Timestamp opened_at, Timestamp closed_at, int64_t cents, uint64_t fate);
  void StartProject(Scene& scene, Timestamp at);
  void StartTrial(Scene& scene, Timestamp at);

  uint32_t opportunities_ = 0;
  uint32_t projects_ = 0;
  uint32_t trials_ = 0;
  uint32_t tenders_ = 0;
  uint32_t bids_ = 0;
  std::string project_id_;
  Timestamp project_ends_;
};

}  // namespace guanxi::importers::generator
