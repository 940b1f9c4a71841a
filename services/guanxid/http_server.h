// /metrics, /healthz and /readyz over plain HTTP, on one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace guanxi::service {

struct HttpAnswer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  // `answer(path)` runs on the server's thread. INVALID_ARGUMENT for an address
  // that is none, UNAVAILABLE when it cannot be bound.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address,
                                                           std::function<HttpAnswer(const std::string&)> answer);
  ~HttpServer();
  // "127.0.0.1:7480", with the port that was chosen.
  const std::string& address() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
