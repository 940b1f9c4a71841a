#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/portfolio_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class PortfolioServiceHandler final : public v1::PortfolioService::CallbackService {
 public:
  explicit PortfolioServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* GetConcentration(grpc::CallbackServerContext* context, const v1::GetConcentrationRequest* request,
                                             v1::GetConcentrationResponse* response) override;
  grpc::ServerUnaryReactor* GetTierDistribution(grpc::CallbackServerContext* context, const v1::GetTierDistributionRequest* request,
                                                v1::GetTierDistributionResponse* response) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
