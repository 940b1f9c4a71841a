#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/policy_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class PolicyServiceHandler final : public v1::PolicyService::CallbackService {
 public:
  explicit PolicyServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* AdoptPolicy(grpc::CallbackServerContext* context, const v1::AdoptPolicyRequest* request,
                                        v1::AdoptPolicyResponse* response) override;
  grpc::ServerUnaryReactor* GetPolicy(grpc::CallbackServerContext* context, const v1::GetPolicyRequest* request,
                                      v1::GetPolicyResponse* response) override;
  grpc::ServerUnaryReactor* ListPolicies(grpc::CallbackServerContext* context, const v1::ListPoliciesRequest* request,
                                         v1::ListPoliciesResponse* response) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
