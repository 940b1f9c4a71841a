// A daemon in this process on free ports, asked over gRPC, and what is said to it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "guanxi/event/v1/account.pb.h"
#include "guanxi/event/v1/trade.pb.h"
#include "guanxi/v1/account_service.grpc.pb.h"
#include "guanxi/v1/admin_service.grpc.pb.h"
#include "guanxi/v1/audit_service.grpc.pb.h"
#include "guanxi/v1/event_service.grpc.pb.h"
#include "guanxi/v1/policy_service.grpc.pb.h"
#include "guanxi/v1/portfolio_service.grpc.pb.h"
#include "guanxid/daemon.h"
#include "rpc/status.h"
#include "rpc/time.h"

namespace guanxi::test {

inline google::protobuf::Timestamp At(const char* text) { return rpc::ToProto(ParseTimestamp(text).value()); }

// A directory of its own, removed at the end.
class Directory {
 public:
  Directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "guanxi-daemon-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_ + "/data"; }

 private:
  std::string path_;
};

struct Running {
  // settings: what is not as here.
  explicit Running(const Directory& directory, std::map<std::string, std::string> settings = {}) {
    settings.insert({{"data", directory.path()},
                     {"listen", "127.0.0.1:0"},
                     {"http", "127.0.0.1:0"},
                     {"clock", "events"},
                     {"partitions", "2"},
                     {"drain_seconds", "2"},
                     {"cache_mib", "16"},
                     {"memtable_mib", "16"}});
    auto config = service::Config::Make("", settings);
    BOOST_REQUIRE_MESSAGE(config.ok(), config.status());
    auto started = service::Daemon::Start(*config);
    BOOST_REQUIRE_MESSAGE(started.ok(), started.status());
    daemon = *std::move(started);
    channel = grpc::CreateChannel(daemon->grpc_address(), grpc::InsecureChannelCredentials());
    events = v1::EventService::NewStub(channel);
    accounts = v1::AccountService::NewStub(channel);
    portfolio = v1::PortfolioService::NewStub(channel);
    policies = v1::PolicyService::NewStub(channel);
    audit = v1::AuditService::NewStub(channel);
    admin = v1::AdminService::NewStub(channel);
  }

  std::unique_ptr<service::Daemon> daemon;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::EventService::Stub> events;
  std::unique_ptr<v1::AccountService::Stub> accounts;
  std::unique_ptr<v1::PortfolioService::Stub> portfolio;
  std::unique_ptr<v1::PolicyService::Stub> policies;
  std::unique_ptr<v1::AuditService::Stub> audit;
  std::unique_ptr<v1::AdminService::Stub> admin;
};

// Calls never hang a test.
struct Context : grpc::ClientContext {
  Context() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20)); }
};

inline void RequireOk(const grpc::Status& status) {
  const auto info = rpc::ErrorInfoOf(status);
  BOOST_REQUIRE_MESSAGE(status.ok(), status.error_code() << " " << (info ? info->reason : "") << " " << status.error_message());
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = rpc::ErrorInfoOf(status);
  return info ? info->reason : "none, " + std::to_string(status.error_code()) + " " + status.error_message();
}

inline v1::NewEvent Event(const std::string& account, const std::string& id, const char* at, const google::protobuf::Message& data) {
  v1::NewEvent event;
  event.set_id(id);
  event.set_source("/test");
  event.set_account_id(account);
  *event.mutable_occurred_at() = At(at);
  event.mutable_data()->PackFrom(data);
  return event;
}

inline v1::NewEvent Opened(const std::string& account) {
  guanxi::event::v1::AccountOpened opened;
  opened.set_name("Firm " + account);
  opened.set_currency_code("EUR");
  return Event(account, "open", "2024-01-02T09:00:00Z", opened);
}

inline v1::NewEvent Order(const std::string& account, const std::string& order_id, const char* at, int64_t micros) {
  guanxi::event::v1::OrderPlaced order;
  order.set_order_id(order_id);
  order.set_currency_code("EUR");
  auto& line = *order.add_lines();
  line.set_product("P");
  line.set_quantity_micros(1'000'000);
  line.set_unit_price_micros(micros);
  return Event(account, order_id, at, order);
}

inline grpc::Status Append(Running& running, const std::vector<v1::NewEvent>& events, v1::AppendResponse* response,
                           std::optional<uint64_t> expected = std::nullopt) {
  v1::AppendRequest request;
  for (const v1::NewEvent& event : events) *request.add_events() = event;
  if (expected) request.set_expected_version(*expected);
  Context context;
  return running.events->Append(&context, request, response);
}

inline v1::AppendResponse MustAppend(Running& running, const std::vector<v1::NewEvent>& events) {
  v1::AppendResponse response;
  RequireOk(Append(running, events, &response));
  return response;
}

inline v1::Account MustGet(Running& running, const std::string& account, const v1::Consistency& consistency = {}) {
  v1::GetAccountRequest request;
  request.mutable_account()->set_account_id(account);
  *request.mutable_consistency() = consistency;
  v1::GetAccountResponse response;
  Context context;
  RequireOk(running.accounts->GetAccount(&context, request, &response));
  return response.account();
}

}  // namespace guanxi::test
