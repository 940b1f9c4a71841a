// A text as every kind of token; then the same bytes as a token's body under a
// checksum that fits.
#include <xxhash.h>

#include "absl/strings/escaping.h"
#include "base/byte_coding.h"
#include "fuzz/check.h"
#include "rpc/tokens.h"

using namespace guanxi;
using namespace guanxi::rpc;

namespace {

constexpr char kEpoch[] = "epoch";

void Decode(std::string_view text) {
  for (const TokenKind kind : {TokenKind::kConsistency, TokenKind::kLogCheckpoint, TokenKind::kFeedCheckpoint}) {
    const auto token = DecodePositions(kind, text, kEpoch);
    if (!token.ok()) continue;
    const auto again = DecodePositions(kind, EncodePositions(kind, *token), kEpoch);
    GUANXI_FUZZ_CHECK(again.ok() && *again == *token);
  }
  if (const auto cursor = DecodePage(7, text); cursor.ok() && !text.empty())
    GUANXI_FUZZ_CHECK(*DecodePage(7, EncodePage(7, *cursor)) == *cursor);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  Decode(bytes);
  for (const char kind : {'C', 'L', 'F', 'P'}) {
    std::string token{'\1', kind};
    token += bytes;
    PutLittleEndian(token, static_cast<uint32_t>(XXH3_64bits(token.data(), token.size())));
    Decode(absl::WebSafeBase64Escape(token));
  }
  return 0;
}
