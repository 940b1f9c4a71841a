#include "importers/generator/diary.h"

#include "importers/import_run.h"

namespace guanxi::importers::generator {

void Diary::Write(Timestamp at, const google::protobuf::Message& data) {
  guanxi::v1::NewEvent event = MakeEvent(kSyntheticSource, account_id_, "e-" + std::to_string(++events_), at, data);
  event.set_actor(actor_);
  auto& label = *event.add_extensions();
  label.set_name("synthetic");
  label.set_value("true");
  outbox_->Add(at, event);
}

}  // namespace guanxi::importers::generator
