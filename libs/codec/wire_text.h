// Internal to codec: why a message did not parse.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>

namespace guanxi::codec {

// The name ("lines[].product" style path) of the first string field whose bytes
// are not UTF-8; empty when the bytes are no protobuf message or all texts are
// fine. Only for refusals: it parses everything into generic fields.
std::string FieldThatIsNotUtf8(const google::protobuf::Descriptor& type, std::string_view bytes);

}  // namespace guanxi::codec
