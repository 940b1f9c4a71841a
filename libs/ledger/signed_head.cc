#include "ledger/signed_head.h"

#include <openssl/evp.h>

#include <algorithm>

namespace guanxi::ledger {
namespace {

std::string Base64Of(const Hash& hash) {
  // 4 characters for each 3 bytes begun, and the 0 that OpenSSL puts after them.
  std::string text(4 * ((hash.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()), hash.data(), static_cast<int>(hash.size()));
  text.pop_back();
  return text;
}

bool IsEpoch(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

std::string SignedText(const TreeHead& head) {
  return "guanxi/" + head.log_epoch + "/" + std::to_string(head.partition) + "\n" + std::to_string(head.size) + "\n" + Base64Of(head.root) +
         "\nsigned_at " + std::to_string(head.signed_at.micros) + "\n";
}

std::string SignHead(const SigningKey& key, const TreeHead& head) { return key.Sign(SignedText(head)); }

bool VerifyHead(const PublicKey& key, const TreeHead& head, std::string_view signature) {
  return IsEpoch(head.log_epoch) && key.Verify(SignedText(head), signature);
}

}  // namespace guanxi::ledger
