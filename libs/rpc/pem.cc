#include "rpc/pem.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace guanxi::rpc {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// Nobody is there to type a password.
int NoPassword(char*, int, int, void*) { return 0; }

Bio BioOf(const std::string& pem) { return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free}; }
Certificate CertificateIn(const std::string& pem) { return {PEM_read_bio_X509(BioOf(pem).get(), nullptr, nullptr, nullptr), &X509_free}; }
Key KeyIn(const std::string& pem) { return {PEM_read_bio_PrivateKey(BioOf(pem).get(), nullptr, &NoPassword, nullptr), &EVP_PKEY_free}; }

}  // namespace

bool HoldsCertificate(const std::string& pem) { return CertificateIn(pem) != nullptr; }
bool HoldsPrivateKey(const std::string& pem) { return KeyIn(pem) != nullptr; }

bool AreAPair(const std::string& certificate_pem, const std::string& key_pem) {
  return X509_check_private_key(CertificateIn(certificate_pem).get(), KeyIn(key_pem).get()) == 1;
}

}  // namespace guanxi::rpc
