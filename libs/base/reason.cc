#include "base/reason.h"

#include <array>

#include "base/byte_coding.h"

namespace guanxi {
namespace {

constexpr absl::string_view kReasonUrl = "guanxi/reason";

constexpr std::array kEntries = {
#define GUANXI_REASON_ENTRY(name, number, code, cause, remedy) ReasonEntry{Reason::name, #name, absl::StatusCode::code, cause, remedy},
    GUANXI_REASONS(GUANXI_REASON_ENTRY)
#undef GUANXI_REASON_ENTRY
};

// Payload: varint reason, then length-prefixed key and value pairs.
std::string EncodePayload(Reason reason, const ReasonMetadata& metadata) {
  std::string bytes;
  PutVarint(bytes, static_cast<uint64_t>(reason));
  for (const auto& [key, value] : metadata) {
    PutLengthPrefixed(bytes, key);
    PutLengthPrefixed(bytes, value);
  }
  return bytes;
}

}  // namespace

const ReasonEntry& EntryOf(Reason reason) { return kEntries[static_cast<size_t>(reason) - 1]; }

// NOLINTNEXTLINE(performance-unnecessary-value-param): the path of an error, and most callers hand over temporaries.
absl::Status Refuse(Reason reason, std::string message, ReasonMetadata metadata) {
  absl::Status status(EntryOf(reason).code, message);
  status.SetPayload(kReasonUrl, absl::Cord(EncodePayload(reason, metadata)));
  return status;
}

const ReasonEntry* ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kReasonUrl);
  if (!payload) return nullptr;
  const std::string bytes(*payload);
  ByteReader reader(bytes);
  return &EntryOf(static_cast<Reason>(reader.Varint()));
}

ReasonMetadata MetadataOf(const absl::Status& status) {
  ReasonMetadata metadata;
  const auto payload = status.GetPayload(kReasonUrl);
  if (!payload) return metadata;
  const std::string bytes(*payload);
  ByteReader reader(bytes);
  reader.Varint();
  while (reader.ok() && !reader.AtEnd()) {
    std::string key(reader.LengthPrefixed());
    metadata.emplace(std::move(key), reader.LengthPrefixed());
  }
  return metadata;
}

}  // namespace guanxi
