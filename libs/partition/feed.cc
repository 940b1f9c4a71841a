#include "partition/feed.h"

#include <algorithm>

#include "base/byte_coding.h"
#include "base/reason.h"
#include "relations/row_coding.h"

namespace guanxi::partition {

std::string EncodeFeedRow(const FeedRow& row) {
  std::string out(1, '\1');
  PutLittleEndian(out, row.cause.value);
  PutLengthPrefixed(out, row.account_id);
  out += static_cast<char>(row.kind);
  PutVarint(out, row.supersedes ? *row.supersedes + 1 : 0);
  PutLengthPrefixed(out, relations::EncodedTierChange(row.change));
  return out;
}

absl::StatusOr<FeedRow> DecodeFeedRow(std::string_view bytes) {
  ByteReader in(bytes);
  FeedRow row;
  const bool known = in.LittleEndian<uint8_t>() == 1;
  row.cause = Position{in.LittleEndian<uint64_t>()};
  row.account_id = in.LengthPrefixed();
  row.kind = static_cast<ChangeKind>(in.LittleEndian<uint8_t>());
  if (const uint64_t supersedes = in.Varint(); supersedes > 0) row.supersedes = supersedes - 1;
  const auto change_bytes = in.LengthPrefixed();
  if (!known || !in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "a feed row does not decode");
  auto change = relations::DecodeTierChange(change_bytes);
  if (!change.ok()) return change.status();
  row.change = *std::move(change);
  return row;
}

std::string EncodeTold(const Told& told) {
  std::string out(1, '\1');
  PutLittleEndian(out, static_cast<uint64_t>(told.at.micros));
  out += static_cast<char>(told.from);
  out += static_cast<char>(told.to);
  out += static_cast<char>(told.kind);
  out += told.live ? '\1' : '\0';
  PutLittleEndian(out, told.feed_number);
  return out;
}

absl::StatusOr<Told> DecodeTold(std::string_view bytes) {
  ByteReader in(bytes);
  Told told;
  const bool known = in.LittleEndian<uint8_t>() == 1;
  told.at = Timestamp{static_cast<int64_t>(in.LittleEndian<uint64_t>())};
  told.from = static_cast<relations::Tier>(in.LittleEndian<uint8_t>());
  told.to = static_cast<relations::Tier>(in.LittleEndian<uint8_t>());
  told.kind = static_cast<ChangeKind>(in.LittleEndian<uint8_t>());
  told.live = in.LittleEndian<uint8_t>() != 0;
  told.feed_number = in.LittleEndian<uint64_t>();
  if (!known || !in.ok() || !in.AtEnd()) return Refuse(Reason::STORE_CORRUPT, "a told change does not decode");
  return told;
}

std::vector<Correction> Corrections(const std::vector<Told>& told, const std::vector<relations::TierChange>& now) {
  std::vector<Correction> corrections;
  const size_t n = std::max(told.size(), now.size());
  for (size_t i = 0; i < n; ++i) {
    if (i >= told.size()) {
      corrections.push_back({ChangeKind::kChanged, std::nullopt, i});
    } else if (i >= now.size()) {
      corrections.push_back({ChangeKind::kRetracted, i, std::nullopt});
    } else if (told[i].at != now[i].at || told[i].from != now[i].from || told[i].to != now[i].to) {
      corrections.push_back({ChangeKind::kRestated, i, i});
    }
  }
  return corrections;
}

}  // namespace guanxi::partition
