// Sends events to EventService.AppendStream in messages of a few hundred.
#pragma once

#include <memory>

#include "guanxi/v1/event_service.grpc.pb.h"
#include "importers/import.h"
#include "tools/guanxi/context.h"
#include "tools/guanxi/newest_sent.h"
#include "tools/guanxi/policy_transfer.h"

namespace guanxi::cli {

// Not thread-safe. One stream from the first event to Finish. Memory: one message.
class AppendSink : public importers::EventSink {
 public:
  // batch: events per message, 1-1000; a message is also sent when it reaches 1 MiB.
  // policies: who adopts those of the file, not owned; nullptr: nobody.
  AppendSink(Context& context, size_t batch, PolicyTransfer* policies = nullptr);

  // The server's refusal of the stream as a whole; refusals of single events are in the answer.
  absl::Status Accept(guanxi::v1::NewEvent&& event) override;
  absl::StatusOr<bool> Adopt(const guanxi::event::v1::PolicyAdopted& policy) override;

  // Sends the rest and waits for the answer: every event is durable then, or named as a failure.
  absl::StatusOr<guanxi::v1::AppendStreamResponse> Finish();

  const NewestSent& newest() const { return newest_; }

 private:
  absl::Status Send();

  // Why the stream broke; OK while it has not.
  absl::Status broken_;
  size_t batch_;
  PolicyTransfer* policies_;
  grpc::ClientContext call_;
  guanxi::v1::EventService::Stub stub_;
  guanxi::v1::AppendStreamResponse response_;
  std::unique_ptr<grpc::ClientWriter<guanxi::v1::AppendStreamRequest>> writer_;
  guanxi::v1::AppendStreamRequest request_;
  size_t request_bytes_ = 0;
  NewestSent newest_;
};

}  // namespace guanxi::cli
