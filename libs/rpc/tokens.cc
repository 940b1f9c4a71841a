#include "rpc/tokens.h"

#include <xxhash.h>

#include <optional>

#include "absl/strings/escaping.h"
#include "base/byte_coding.h"
#include "base/reason.h"

namespace guanxi::rpc {
namespace {

constexpr uint8_t kTokenVersion = 1;
constexpr char kPageKind = 'P';
constexpr size_t kHeadBytes = 2;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kTokenBytesMax = 64 << 10;

std::string Checksum(std::string_view bytes) {
  std::string checksum;
  PutLittleEndian(checksum, static_cast<uint32_t>(XXH3_64bits(bytes.data(), bytes.size())));
  return checksum;
}

std::string Wrap(char kind, std::string_view body) {
  std::string bytes{static_cast<char>(kTokenVersion), kind};
  bytes.append(body);
  bytes += Checksum(bytes);
  return absl::WebSafeBase64Escape(bytes);
}

std::optional<std::string> Unwrap(char kind, std::string_view token) {
  std::string bytes;
  if (token.size() > kTokenBytesMax) return std::nullopt;
  if (!absl::WebSafeBase64Unescape(absl::string_view(token.data(), token.size()), &bytes)) return std::nullopt;
  if (bytes.size() < kHeadBytes + kChecksumBytes) return std::nullopt;
  const std::string_view covered = std::string_view(bytes).substr(0, bytes.size() - kChecksumBytes);
  if (Checksum(covered) != std::string_view(bytes).substr(covered.size())) return std::nullopt;
  if (covered[0] != static_cast<char>(kTokenVersion) || covered[1] != kind) return std::nullopt;
  return std::string(covered.substr(kHeadBytes));
}

}  // namespace

std::string EncodePositions(TokenKind kind, const PositionsToken& token) {
  std::string body;
  PutLengthPrefixed(body, token.log_epoch);
  PutLengthPrefixed(body, token.projection);
  PutVarint(body, token.positions.size());
  for (const PartitionPosition& at : token.positions) {
    PutVarint(body, at.partition);
    PutVarint(body, at.position);
  }
  return Wrap(static_cast<char>(kind), body);
}

absl::StatusOr<PositionsToken> DecodePositions(TokenKind kind, std::string_view token, std::string_view log_epoch) {
  const std::optional<std::string> body = Unwrap(static_cast<char>(kind), token);
  if (!body) return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the token is not one of ours for this use");
  ByteReader reader(*body);
  PositionsToken result;
  result.log_epoch = reader.LengthPrefixed();
  result.projection = reader.LengthPrefixed();
  for (uint64_t left = reader.Varint(); left > 0 && reader.ok(); --left) {
    const auto partition = static_cast<uint32_t>(reader.Varint());
    result.positions.push_back({partition, reader.Varint()});
  }
  if (!reader.ok() || !reader.AtEnd()) return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the token is damaged");
  if (result.log_epoch != log_epoch) {
    return Refuse(Reason::CONSISTENCY_TOKEN_INVALID, "the token is of another log epoch", {{"log_epoch", result.log_epoch}});
  }
  return result;
}

std::string EncodePage(uint64_t arguments, std::string_view cursor) {
  std::string body;
  PutLittleEndian(body, arguments);
  body.append(cursor);
  return Wrap(kPageKind, body);
}

absl::StatusOr<std::string> DecodePage(uint64_t arguments, std::string_view token) {
  if (token.empty()) return std::string();
  const std::optional<std::string> body = Unwrap(kPageKind, token);
  if (!body) return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token is not one of ours");
  ByteReader reader(*body);
  if (reader.LittleEndian<uint64_t>() != arguments || !reader.ok()) {
    return Refuse(Reason::PAGE_TOKEN_INVALID, "the page token was made for other arguments or another server");
  }
  return std::string(reader.rest());
}

uint64_t HashOfArguments(const google::protobuf::Message& request, std::string_view log_epoch) {
  const std::string bytes = std::string(log_epoch) + '\0' + request.GetTypeName() + '\0' + request.SerializeAsString();
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace guanxi::rpc
