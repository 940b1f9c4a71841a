// guanxid: the daemon. Handlers from messages to calls of the libraries and back;
// no rule of the domain, no key and no byte of the store is known here.
//
// This header: the running process. Opens the data, serves, drains. Wiring only.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "guanxid/config.h"

namespace guanxi::service {

class Daemon {
 public:
  // Refusals of the data directory, UNAVAILABLE when an address cannot be bound,
  // INVALID_ARGUMENT for unreadable certificate files.
  static absl::StatusOr<std::unique_ptr<Daemon>> Start(const Config& config);
  ~Daemon();

  // With the ports that were chosen.
  const std::string& grpc_address() const;
  const std::string& http_address() const;

  // Takes no new calls, ends subscriptions, lets calls finish until the drain
  // deadline, commits what is queued, closes the stores.
  void Stop();

 private:
  struct Impl;
  explicit Daemon(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace guanxi::service
