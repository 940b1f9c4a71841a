#include "tools/guanxi/context.h"

namespace guanxi::cli {

std::shared_ptr<grpc::Channel> Context::channel() {
  if (channel_ == nullptr) {
    grpc::ChannelArguments arguments;
    // A page of the largest events is larger than gRPC's default of 4 MiB.
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
  }
  return channel_;
}

std::chrono::system_clock::time_point Context::Deadline() const {
  return std::chrono::system_clock::now() + std::chrono::microseconds(static_cast<int64_t>(deadline_seconds * 1e6));
}

}  // namespace guanxi::cli
