#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class AdminServiceHandler final : public v1::AdminService::CallbackService {
 public:
  explicit AdminServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* ListPartitions(grpc::CallbackServerContext* context, const v1::ListPartitionsRequest* request,
                                           v1::ListPartitionsResponse* response) override;
  grpc::ServerUnaryReactor* ListParkedEvents(grpc::CallbackServerContext* context, const v1::ListParkedEventsRequest* request,
                                             v1::ListParkedEventsResponse* response) override;
  grpc::ServerUnaryReactor* RetryParkedEvent(grpc::CallbackServerContext* context, const v1::RetryParkedEventRequest* request,
                                             v1::RetryParkedEventResponse* response) override;
  grpc::ServerUnaryReactor* DismissParkedEvent(grpc::CallbackServerContext* context, const v1::DismissParkedEventRequest* request,
                                               v1::DismissParkedEventResponse* response) override;
  grpc::ServerUnaryReactor* AdvanceClock(grpc::CallbackServerContext* context, const v1::AdvanceClockRequest* request,
                                         v1::AdvanceClockResponse* response) override;
  grpc::ServerWriteReactor<v1::RebuildViewsResponse>* RebuildViews(grpc::CallbackServerContext* context,
                                                                   const v1::RebuildViewsRequest* request) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
