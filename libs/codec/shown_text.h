// Texts of records as answers may show them. A parked record's envelope is kept
// byte for byte and may hold anything; a proto3 string may not.
#pragma once

#include <string>
#include <string_view>

namespace guanxi::codec {

// The text; each byte that is no part of valid UTF-8 (RFC 3629) becomes U+FFFD.
// Valid texts are unchanged. Thread-safe; one pass.
std::string ShownText(std::string_view bytes);

}  // namespace guanxi::codec
