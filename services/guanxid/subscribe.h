// EventService.Subscribe and AccountService.WatchTierChanges.
#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/account_service.pb.h"
#include "guanxi/v1/event_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

// Request and messages as bytes: an event is encoded once for all its subscribers.
grpc::ServerWriteReactor<grpc::ByteBuffer>* StartSubscribe(const Node& node, const grpc::ByteBuffer& request);
grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* StartWatchTierChanges(const Node& node, const v1::WatchTierChangesRequest& request);

}  // namespace guanxi::service
