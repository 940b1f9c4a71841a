// What PEM texts of TLS hold: gRPC itself only says that nothing can be reached or
// listened on. Pure; safe from any thread.
#pragma once

#include <string>

namespace guanxi::rpc {

bool HoldsCertificate(const std::string& pem);
// One without a password.
bool HoldsPrivateKey(const std::string& pem);
// Whether the first certificate is that of the key; both are held.
bool AreAPair(const std::string& certificate_pem, const std::string& key_pem);

}  // namespace guanxi::rpc
