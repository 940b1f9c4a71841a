// kafka::Admin for brokers that know of no topic's settings, librdkafka's mock:
// linked instead of libs/kafka/admin.cc.
#include "intake/topic_rules.h"
#include "kafka/admin.h"

namespace guanxi::kafka {

struct Admin::Impl {};

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::~Admin() = default;

absl::StatusOr<std::unique_ptr<Admin>> Admin::Make(const Connection&) {
  return std::unique_ptr<Admin>(new Admin(std::make_unique<Impl>()));
}

absl::StatusOr<TopicDescription> Admin::Describe(const std::string&, std::chrono::milliseconds) {
  return TopicDescription{"the mock", 2, intake::EventsTopicSettings(), 3};
}

absl::Status Admin::Create(const TopicToMake&, std::chrono::milliseconds) { return absl::UnimplementedError("the mock makes its topics"); }
absl::Status Admin::Delete(const std::string&, std::chrono::milliseconds) { return absl::UnimplementedError("the mock keeps its topics"); }

}  // namespace guanxi::kafka
