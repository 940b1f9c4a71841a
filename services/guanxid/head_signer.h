// The key that tree heads are signed with, and the time they are signed at.
//
//   DIRECTORY/ed25519.pem      the private key, mode 0600 (directory 0700)
//   DIRECTORY/ed25519.pub.pem  the public key: for auditors
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "guanxi/v1/audit_service.pb.h"
#include "ledger/ed25519.h"
#include "ledger/signed_head.h"

namespace guanxi::service {

// Thread-safe: never changes.
class HeadSigner {
 public:
  // Makes directory and key when there are none. FAILED_PRECONDITION when the
  // private key is missing beside a public one (a new key would silently part
  // the auditors from the log) or is no key; STORE_FAILED when the disk fails.
  static absl::StatusOr<std::unique_ptr<HeadSigner>> Open(const std::filesystem::path& directory, std::string log_epoch,
                                                          std::function<Timestamp()> now);

  ledger::PublicKey public_key() const { return key_.Public(); }
  const std::string& log_epoch() const { return log_epoch_; }
  Timestamp Now() const { return now_(); }

  // `head` has a partition, a size and a root of 32 bytes.
  v1::SignedTreeHead Sign(const v1::TreeHead& head, Timestamp signed_at) const;
  // Whether this key signed it; its root has 32 bytes.
  bool HasSigned(const v1::SignedTreeHead& head, Timestamp signed_at) const;

 private:
  ledger::TreeHead HeadOf(const v1::TreeHead& head, Timestamp signed_at) const;
  HeadSigner(ledger::SigningKey key, std::string log_epoch, std::function<Timestamp()> now)
      : key_(std::move(key)), log_epoch_(std::move(log_epoch)), now_(std::move(now)) {}

  const ledger::SigningKey key_;
  const std::string log_epoch_;
  const std::function<Timestamp()> now_;
};

}  // namespace guanxi::service
