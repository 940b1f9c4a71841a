// EventService.AppendStream.
#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/event_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

// Every event is a submission of its own, so that a refusal stops nothing. At
// most 4,096 events are under way; then the stream is not read. The reactor
// deletes itself.
grpc::ServerReadReactor<v1::AppendStreamRequest>* StartAppendStream(const Node& node, v1::AppendStreamResponse* response);

}  // namespace guanxi::service
