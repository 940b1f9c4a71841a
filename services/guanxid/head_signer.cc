#include "guanxid/head_signer.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <cstdlib>

#include "base/reason.h"
#include "guanxid/durable_file.h"
#include "ledger/signed_head.h"
#include "rpc/time.h"

namespace guanxi::service {
namespace {

namespace fs = std::filesystem;

absl::Status MakeDirectory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) return absl::OkStatus();
  return Refuse(Reason::STORE_FAILED, "creating " + directory.string() + ": " + error.message(), {{"path", directory.string()}});
}

ledger::SigningKey NewKey() {
  std::array<uint8_t, ledger::kSeedBytes> seed;
  // Without randomness there is no secret to go on with.
  if (RAND_priv_bytes(seed.data(), static_cast<int>(seed.size())) != 1) std::abort();
  ledger::SigningKey key = ledger::SigningKey::FromSeed(seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return key;
}

absl::StatusOr<ledger::SigningKey> ReadKey(const fs::path& file) {
  const absl::StatusOr<std::string> pem = ReadWhole(file);
  if (!pem.ok()) return absl::FailedPreconditionError("the key that tree heads are signed with cannot be read: " + pem.status().ToString());
  absl::StatusOr<ledger::SigningKey> key = ledger::SigningKey::FromPem(*pem);
  if (key.ok()) return key;
  return absl::FailedPreconditionError(file.string() + " is " + std::string(key.status().message()) +
                                       ". Put the key back from its copy; or, when it is lost, move the folder away: then a new key "
                                       "is made, and every auditor must be given the new public key.");
}

absl::StatusOr<ledger::SigningKey> ReadOrMakeKey(const fs::path& private_file, const fs::path& public_file) {
  if (fs::exists(private_file)) return ReadKey(private_file);
  if (fs::exists(public_file)) {
    return absl::FailedPreconditionError(private_file.string() + " is missing beside its public key. Put it back from its copy; or, when " +
                                         "it is lost, move the folder away: then a new key is made, and every auditor must be given the " +
                                         "new public key.");
  }
  ledger::SigningKey key = NewKey();
  if (absl::Status written = WriteWhole(private_file, key.Pem(), 0600); !written.ok()) return written;
  return key;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HeadSigner>> HeadSigner::Open(const fs::path& directory, std::string log_epoch,
                                                             std::function<Timestamp()> now) {
  if (absl::Status made = MakeDirectory(directory); !made.ok()) return made;
  const fs::path public_file = directory / "ed25519.pub.pem";
  absl::StatusOr<ledger::SigningKey> key = ReadOrMakeKey(directory / "ed25519.pem", public_file);
  if (!key.ok()) return key.status();
  // Missing after a crash between the two files.
  const std::string pem = key->Public().Pem();
  const absl::StatusOr<std::string> written = ReadWhole(public_file);
  if (!written.ok() || *written != pem)
    if (absl::Status status = WriteWhole(public_file, pem, 0644); !status.ok()) return status;
  return std::unique_ptr<HeadSigner>(new HeadSigner(*std::move(key), std::move(log_epoch), std::move(now)));
}

ledger::TreeHead HeadSigner::HeadOf(const v1::TreeHead& head, Timestamp signed_at) const {
  return {.log_epoch = log_epoch_,
          .partition = head.partition(),
          .size = head.tree_size(),
          .root = ledger::HashFromBytes(head.root_hash()),
          .signed_at = signed_at};
}

v1::SignedTreeHead HeadSigner::Sign(const v1::TreeHead& head, Timestamp signed_at) const {
  v1::SignedTreeHead answer;
  *answer.mutable_tree_head() = head;
  answer.set_log_epoch(log_epoch_);
  *answer.mutable_signed_at() = rpc::ToProto(signed_at);
  answer.set_signature(ledger::SignHead(key_, HeadOf(head, signed_at)));
  return answer;
}

bool HeadSigner::HasSigned(const v1::SignedTreeHead& head, Timestamp signed_at) const {
  return ledger::VerifyHead(public_key(), HeadOf(head.tree_head(), signed_at), head.signature());
}

}  // namespace guanxi::service
