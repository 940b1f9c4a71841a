// AdminService.RebuildViews.
#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/admin_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

// Rebuilds on one worker, partition after partition; a client that leaves does
// not stop the partition under way, the next ones are not begun. Progress that
// the client does not read is replaced by newer progress. Deletes itself.
grpc::ServerWriteReactor<v1::RebuildViewsResponse>* StartRebuild(const Node& node, const v1::RebuildViewsRequest& request);

}  // namespace guanxi::service
