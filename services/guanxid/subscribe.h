// EventService.Subscribe and AccountService.WatchTierChanges.
#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/account_service.pb.h"
#include "guanxi/v1/event_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

grpc::ServerWriteReactor<v1::SubscribeResponse>* StartSubscribe(const Node& node, const v1::SubscribeRequest& request);
grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* StartWatchTierChanges(const Node& node, const v1::WatchTierChangesRequest& request);

}  // namespace guanxi::service
