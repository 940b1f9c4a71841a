#include "tools/guanxi/new_event.h"

#include <google/protobuf/util/json_util.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/activity.pb.h"
#include "guanxi/event/v1/contact.pb.h"
#include "guanxi/event/v1/control.pb.h"
#include "guanxi/event/v1/opportunity.pb.h"
#include "guanxi/event/v1/relationship.pb.h"
#include "guanxi/event/v1/service.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "relations/event_type.h"

namespace guanxi::cli {
namespace {

namespace ev = guanxi::event::v1;
using google::protobuf::Message;

// One message of each file, or the linker drops the file and the types are unknown by name.
void LinkAllEventTypes() {
  google::protobuf::LinkMessageReflection<ev::AccountOpened>();
  google::protobuf::LinkMessageReflection<ev::ContactAdded>();
  google::protobuf::LinkMessageReflection<ev::VisitHeld>();
  google::protobuf::LinkMessageReflection<ev::OpportunityOpened>();
  google::protobuf::LinkMessageReflection<ev::OrderPlaced>();
  google::protobuf::LinkMessageReflection<ev::ComplaintFiled>();
  google::protobuf::LinkMessageReflection<ev::TierDeclared>();
  google::protobuf::LinkMessageReflection<ev::ClockAdvanced>();
}

std::unique_ptr<Message> NewMessage(const std::string& full_name) {
  LinkAllEventTypes();
  const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(full_name);
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

std::string ReadAll(std::istream& in) { return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}; }

}  // namespace

absl::Status SetPayload(const std::string& type, const std::string& json, guanxi::v1::NewEvent& event) {
  const relations::EventType known = relations::EventTypeFromName(type);
  if (known == relations::EventType::kUnknown) {
    event.mutable_raw()->set_type(type);
    event.mutable_raw()->set_content_type("application/json");
    event.mutable_raw()->set_data(json);
    return absl::OkStatus();
  }
  const auto message = NewMessage(relations::FullName(known));
  const auto parsed = google::protobuf::util::JsonStringToMessage(json, message.get());
  if (!parsed.ok()) return absl::InvalidArgumentError("--data is no " + type + ": " + parsed.ToString());
  event.mutable_data()->PackFrom(*message);
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextArgument(const std::string& argument) {
  if (argument == "-") return ReadAll(std::cin);
  if (!argument.starts_with('@')) return argument;
  std::ifstream file(argument.substr(1), std::ios::binary);
  if (!file) return absl::InvalidArgumentError("cannot read " + argument.substr(1));
  return ReadAll(file);
}

}  // namespace guanxi::cli
