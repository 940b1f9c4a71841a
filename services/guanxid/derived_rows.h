// The records of the derived topics. Pure functions of a view.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "partition/view.h"

namespace guanxi::service {

// How much of a partition was told: records of its log and rows of its feed.
struct ToldSoFar {
  uint64_t log_position = 0;
  uint64_t feed_position = 0;
  friend bool operator==(const ToldSoFar&, const ToldSoFar&) = default;
};
std::string EncodeTold(const ToldSoFar& told);
absl::StatusOr<ToldSoFar> DecodeTold(std::string_view bytes);

enum class DerivedTopic { kTierChanges, kAccounts, kParked };

struct DerivedRow {
  DerivedTopic topic;
  std::string key;    // account id; of a parked record its position, PARTITION/POSITION
  std::string value;  // protobuf's JSON
};

// The next rows after `told`, which moves on; at most about `rows_max` records are looked at.
absl::StatusOr<std::vector<DerivedRow>> NextRows(const partition::View& view, uint64_t rows_max, ToldSoFar& told);

}  // namespace guanxi::service
