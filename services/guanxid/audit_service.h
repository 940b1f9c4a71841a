#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/audit_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class AuditServiceHandler final : public v1::AuditService::CallbackService {
 public:
  explicit AuditServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* GetTreeHead(grpc::CallbackServerContext* context, const v1::GetTreeHeadRequest* request,
                                        v1::GetTreeHeadResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context, const v1::GetInclusionProofRequest* request,
                                              v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
                                                v1::GetConsistencyProofResponse* response) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
