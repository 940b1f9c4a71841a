#include "privacy/cipher.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>

namespace guanxi::privacy {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const uint8_t* In(std::string_view bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }
uint8_t* Out(std::string& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }
int Size(std::string_view bytes) { return static_cast<int>(bytes.size()); }

}  // namespace

std::optional<Encrypted> Encrypt(const SubjectKey& key, std::string_view plaintext, std::string_view associated) {
  const Context context(EVP_CIPHER_CTX_new());
  Encrypted result{std::string(kNonceBytes, '\0'), std::string(plaintext.size(), '\0')};
  std::string tag(kTagBytes, '\0');
  int size = 0;
  const bool done = context && RAND_bytes(Out(result.nonce), kNonceBytes) == 1 &&
                    EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.key.data(), In(result.nonce)) == 1 &&
                    EVP_EncryptUpdate(context.get(), nullptr, &size, In(associated), Size(associated)) == 1 &&
                    EVP_EncryptUpdate(context.get(), Out(result.ciphertext), &size, In(plaintext), Size(plaintext)) == 1 &&
                    EVP_EncryptFinal_ex(context.get(), Out(tag), &size) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!done) return std::nullopt;
  result.ciphertext += tag;
  return result;
}

std::optional<std::string> Decrypt(const SubjectKey& key, std::string_view nonce, std::string_view ciphertext,
                                   std::string_view associated) {
  if (nonce.size() != kNonceBytes || ciphertext.size() < kTagBytes) return std::nullopt;
  const Context context(EVP_CIPHER_CTX_new());
  std::string tag(ciphertext.substr(ciphertext.size() - kTagBytes));
  ciphertext.remove_suffix(kTagBytes);
  std::string plaintext(ciphertext.size(), '\0');
  int size = 0;
  const bool done = context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.key.data(), In(nonce)) == 1 &&
                    EVP_DecryptUpdate(context.get(), nullptr, &size, In(associated), Size(associated)) == 1 &&
                    EVP_DecryptUpdate(context.get(), Out(plaintext), &size, In(ciphertext), Size(ciphertext)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(context.get(), Out(tag), &size) == 1;
  if (!done) return std::nullopt;
  return plaintext;
}

}  // namespace guanxi::privacy
