// AuditService.ExportRecords.
#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/audit_service.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

// Messages of about a MiB, each read when the one before is sent: a slow
// client costs nothing. Deletes itself.
grpc::ServerWriteReactor<v1::ExportRecordsResponse>* StartExport(const Node& node, const v1::ExportRecordsRequest& request);

}  // namespace guanxi::service
