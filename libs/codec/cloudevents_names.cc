#include "codec/cloudevents_names.h"

#include "absl/strings/escaping.h"
#include "base/byte_coding.h"

namespace guanxi::codec::cloudevents {
namespace {

constexpr std::array kReasons = {
#define GUANXI_REASON_VALUE(name, number, code, cause, remedy) Reason::name,
    GUANXI_REASONS(GUANXI_REASON_VALUE)
#undef GUANXI_REASON_VALUE
};

}  // namespace

std::optional<Reason> ReasonNamed(std::string_view name) {
  for (const Reason reason : kReasons) {
    if (EntryOf(reason).name == name) return reason;
  }
  return std::nullopt;
}

std::optional<Reason> ReasonNumbered(uint32_t number) {
  for (const Reason reason : kReasons) {
    if (static_cast<uint32_t>(reason) == number) return reason;
  }
  return std::nullopt;
}

bool IsJson(std::string_view content_type) {
  const std::string_view media_type = content_type.substr(0, content_type.find(';'));
  return media_type == kJsonContentType || media_type == "text/json" || media_type.ends_with("+json");
}

std::string ToBase64(std::string_view bytes) { return absl::Base64Escape(absl::string_view(bytes.data(), bytes.size())); }

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(absl::string_view(text.data(), text.size()), &bytes)) return std::nullopt;
  return bytes;
}

std::string EncodeSealed(const std::vector<SealedPart>& parts) {
  std::string bytes;
  PutVarint(bytes, parts.size());
  for (const SealedPart& part : parts) {
    for (const std::string* text : {&part.subject, &part.key_id, &part.nonce, &part.ciphertext}) PutLengthPrefixed(bytes, *text);
  }
  return bytes;
}

std::optional<std::vector<SealedPart>> DecodeSealed(std::string_view bytes) {
  ByteReader reader(bytes);
  const uint64_t count = reader.Varint();
  if (count > kSealedPartsMax) return std::nullopt;
  std::vector<SealedPart> parts(count);
  for (SealedPart& part : parts) {
    for (std::string* text : {&part.subject, &part.key_id, &part.nonce, &part.ciphertext}) *text = reader.LengthPrefixed();
  }
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return parts;
}

}  // namespace guanxi::codec::cloudevents
