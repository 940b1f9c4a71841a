// How an account is served: complaints with the steps of their clocks, surveys.
#pragma once

#include <string>

#include "guanxi/event/v1/service.pb.h"
#include "importers/generator/scene.h"

namespace guanxi::importers::generator {

class Care {
 public:
  // `contact_id`: who is asked in surveys; may be empty.
  void Live(Scene& scene, const std::string& contact_id);

  // A complaint from filing to closing: at least four events.
  void Complain(Scene& scene, Timestamp at);
  // A survey and its answer.
  void Ask(Scene& scene, Timestamp at, const std::string& contact_id, bool answered);

 private:
  Timestamp Answer(Scene& scene, const std::string& id, Timestamp at, bool critical);
  Timestamp Pause(Scene& scene, const std::string& id, Timestamp at);

  uint32_t complaints_ = 0;
  uint32_t surveys_ = 0;
};

}  // namespace guanxi::importers::generator
