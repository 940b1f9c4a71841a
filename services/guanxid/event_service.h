#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/event_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class EventServiceHandler final : public v1::EventService::WithRawCallbackMethod_Subscribe<v1::EventService::CallbackService> {
 public:
  explicit EventServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* Append(grpc::CallbackServerContext* context, const v1::AppendRequest* request,
                                   v1::AppendResponse* response) override;
  grpc::ServerReadReactor<v1::AppendStreamRequest>* AppendStream(grpc::CallbackServerContext* context,
                                                                 v1::AppendStreamResponse* response) override;
  grpc::ServerUnaryReactor* GetEvent(grpc::CallbackServerContext* context, const v1::GetEventRequest* request,
                                     v1::GetEventResponse* response) override;
  grpc::ServerUnaryReactor* ListEvents(grpc::CallbackServerContext* context, const v1::ListEventsRequest* request,
                                       v1::ListEventsResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Subscribe(grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
