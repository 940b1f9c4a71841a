// An empty gRPC service on the callback API, as guanxid uses it: what a unary call costs when nothing is done.
#include <grpcpp/grpcpp.h>

#include <csignal>
#include <iostream>

#include "echo.grpc.pb.h"

namespace {

class EchoHandler final : public guanxi::bench::EchoService::CallbackService {
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const guanxi::bench::EchoRequest* request,
                                 guanxi::bench::EchoResponse* response) override {
    response->mutable_padding()->resize(request->answer_bytes());
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  EchoHandler service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::cout << "127.0.0.1:" << port << std::endl;
  int received = 0;
  sigwait(&signals, &received);
}
