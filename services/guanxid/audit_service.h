#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/audit_service.grpc.pb.h"
#include "guanxid/head_signer.h"
#include "guanxid/node.h"

namespace guanxi::service {

// A node whose tree heads are signed. Both outlive it.
struct SigningNode : Node {
  const HeadSigner& signer;
};

class AuditServiceHandler final : public v1::AuditService::CallbackService {
 public:
  AuditServiceHandler(const Node& node, const HeadSigner& signer) : node_{node, signer} {}

  grpc::ServerUnaryReactor* GetTreeHead(grpc::CallbackServerContext* context, const v1::GetTreeHeadRequest* request,
                                        v1::GetTreeHeadResponse* response) override;
  grpc::ServerUnaryReactor* GetInclusionProof(grpc::CallbackServerContext* context, const v1::GetInclusionProofRequest* request,
                                              v1::GetInclusionProofResponse* response) override;
  grpc::ServerUnaryReactor* GetConsistencyProof(grpc::CallbackServerContext* context, const v1::GetConsistencyProofRequest* request,
                                                v1::GetConsistencyProofResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportRecordsResponse>* ExportRecords(grpc::CallbackServerContext* context,
                                                                     const v1::ExportRecordsRequest* request) override;

 private:
  const SigningNode node_;
};

}  // namespace guanxi::service
