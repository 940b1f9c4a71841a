#include "tools/guanxi/append_sink.h"

#include <utility>

#include "codec/proto_time.h"
#include "tools/guanxi/wall_clock.h"

namespace guanxi::cli {
namespace {

// Well below the 4 MiB that a gRPC server takes by default, even after one event of 1 MiB more.
constexpr size_t kMessageBytes = size_t{1} << 20;

}  // namespace

AppendSink::AppendSink(Context& context, size_t batch, PolicyTransfer* policies)
    : batch_(batch), policies_(policies), stub_(context.channel()), writer_(stub_.AppendStream(&call_, &response_)) {}

absl::Status AppendSink::Accept(guanxi::v1::NewEvent&& event) {
  newest_.Add(codec::FromProto(event.occurred_at()), WallClock());
  request_bytes_ += event.ByteSizeLong();
  *request_.add_events() = std::move(event);
  if (static_cast<size_t>(request_.events_size()) < batch_ && request_bytes_ < kMessageBytes) return absl::OkStatus();
  return Send();
}

absl::StatusOr<bool> AppendSink::Adopt(const guanxi::event::v1::PolicyAdopted& policy) {
  if (policies_ == nullptr) return false;
  return policies_->Take(policy);
}

absl::Status AppendSink::Send() {
  const bool written = writer_->Write(request_);
  request_.Clear();
  request_bytes_ = 0;
  // A stream that broke says why only at its end.
  if (!written) broken_ = FromGrpc(writer_->Finish());
  return broken_;
}

absl::StatusOr<guanxi::v1::AppendStreamResponse> AppendSink::Finish() {
  if (!broken_.ok()) return broken_;
  if (request_.events_size() > 0) {
    const absl::Status sent = Send();
    if (!sent.ok()) return sent;
  }
  writer_->WritesDone();
  const grpc::Status status = writer_->Finish();
  if (!status.ok()) return FromGrpc(status);
  return std::move(response_);
}

}  // namespace guanxi::cli
