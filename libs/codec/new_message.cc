#include "codec/new_message.h"

#include <array>

#include "codec/from_proto.h"

namespace guanxi::codec {
namespace {

using Message = google::protobuf::Message;

template <class T>
std::unique_ptr<Message> Make() {
  return std::make_unique<T>();
}

using Maker = std::unique_ptr<Message> (*)();

// In the order of relations::kEventTypes without its first row, which has no message.
constexpr std::array<Maker, relations::kEventTypes.size() - 1> kMakers = {
#define GUANXI_MAKER(name) &Make<event::v1::name>,
    GUANXI_EVENT_MESSAGES(GUANXI_MAKER)
#undef GUANXI_MAKER
};

}  // namespace

std::unique_ptr<Message> NewEventMessage(relations::EventType type) {
  for (size_t i = 0; i < kMakers.size(); ++i)
    if (relations::kEventTypes[i + 1].type == type) return kMakers[i]();
  return nullptr;
}

}  // namespace guanxi::codec
