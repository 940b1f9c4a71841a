// Opaque tokens: what a client hands back to us. URL-safe base64 of
//   version:u8 = 1, kind:u8, body, XXH3-64 of all before (4 bytes LE)
// The checksum finds damage and mix-ups, it is no protection against forgery: a
// token names positions and gives no right. Pure; safe from any thread.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace guanxi::rpc {

enum class TokenKind : uint8_t {
  kConsistency = 'C',     // positions: the last ones seen, inclusive
  kLogCheckpoint = 'L',   // positions: the next records to deliver
  kFeedCheckpoint = 'F',  // positions: the next rows of the change feeds
};

struct PartitionPosition {
  uint32_t partition = 0;
  uint64_t position = 0;
  friend bool operator==(const PartitionPosition&, const PartitionPosition&) = default;
};

struct PositionsToken {
  std::string log_epoch;
  std::string projection;
  std::vector<PartitionPosition> positions;
  friend bool operator==(const PositionsToken&, const PositionsToken&) = default;
};

std::string EncodePositions(TokenKind kind, const PositionsToken& token);
// CONSISTENCY_TOKEN_INVALID: not one of ours, of another kind, or of another log epoch.
absl::StatusOr<PositionsToken> DecodePositions(TokenKind kind, std::string_view token, std::string_view log_epoch);

// A page token continues after `cursor`, for the same arguments and log only.
std::string EncodePage(uint64_t arguments, std::string_view cursor);
// PAGE_TOKEN_INVALID. Empty token: empty cursor.
absl::StatusOr<std::string> DecodePage(uint64_t arguments, std::string_view token);

// Of a request from which page size, page token and consistency were cleared, to the log of that epoch.
uint64_t HashOfArguments(const google::protobuf::Message& request, std::string_view log_epoch);

}  // namespace guanxi::rpc
