#pragma once

#include <grpcpp/grpcpp.h>

#include "guanxi/v1/account_service.grpc.pb.h"
#include "guanxid/node.h"

namespace guanxi::service {

class AccountServiceHandler final : public v1::AccountService::CallbackService {
 public:
  explicit AccountServiceHandler(const Node& node) : node_(node) {}

  grpc::ServerUnaryReactor* GetAccount(grpc::CallbackServerContext* context, const v1::GetAccountRequest* request,
                                       v1::GetAccountResponse* response) override;
  grpc::ServerUnaryReactor* BatchGetAccounts(grpc::CallbackServerContext* context, const v1::BatchGetAccountsRequest* request,
                                             v1::BatchGetAccountsResponse* response) override;
  grpc::ServerUnaryReactor* ListAccounts(grpc::CallbackServerContext* context, const v1::ListAccountsRequest* request,
                                         v1::ListAccountsResponse* response) override;
  grpc::ServerUnaryReactor* ListTimeline(grpc::CallbackServerContext* context, const v1::ListTimelineRequest* request,
                                         v1::ListTimelineResponse* response) override;
  grpc::ServerUnaryReactor* ExplainAccount(grpc::CallbackServerContext* context, const v1::ExplainAccountRequest* request,
                                           v1::ExplainAccountResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchTierChangesResponse>* WatchTierChanges(grpc::CallbackServerContext* context,
                                                                           const v1::WatchTierChangesRequest* request) override;

 private:
  const Node& node_;
};

}  // namespace guanxi::service
