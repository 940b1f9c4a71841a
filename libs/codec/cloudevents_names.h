// Internal to codec: what the reader and the writer of CloudEvents share.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reason.h"
#include "codec/record.h"

namespace guanxi::codec::cloudevents {

inline constexpr std::string_view kSpecVersion = "1.0";
inline constexpr std::string_view kJsonContentType = "application/json";
inline constexpr std::string_view kProtobufContentType = "application/protobuf";

// A text attribute and the member of the record it is.
struct TextAttribute {
  std::string_view name;
  std::string Record::*member;
};
inline constexpr std::array kTextAttributes = {
    TextAttribute{"actor", &Record::actor},
    TextAttribute{"onbehalfof", &Record::on_behalf_of},
    TextAttribute{"correlationid", &Record::correlation_id},
    TextAttribute{"causationid", &Record::causation_id},
};

// "application/json", "application/json; charset=utf-8", "application/vnd.x+json".
bool IsJson(std::string_view content_type);

// The reason by its name or number; nothing when the catalogue has none.
std::optional<Reason> ReasonNamed(std::string_view name);
std::optional<Reason> ReasonNumbered(uint32_t number);

std::string ToBase64(std::string_view bytes);
std::optional<std::string> FromBase64(std::string_view text);

// The `lists` of sealed parts of docs/formats/record.md.
std::string EncodeSealed(const std::vector<SealedPart>& parts);
std::optional<std::vector<SealedPart>> DecodeSealed(std::string_view bytes);

}  // namespace guanxi::codec::cloudevents
